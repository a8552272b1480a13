/** What ProFTPD would know of itself when it reads the configuration. */
export interface ConditionOptions {
  /** Names as for `proftpd -D`. */
  readonly defines: readonly string[];
  /** Modules beside those that a LoadModule names, `mod_tls.c`. */
  readonly modules: readonly string[];
}

/** In every ProFTPD, and what this is all about. */
const ALWAYS_THERE = [
  'mod_core.c',
  'mod_xfer.c',
  'mod_rlimit.c',
  'mod_auth_unix.c',
  'mod_auth_file.c',
  'mod_auth.c',
  'mod_ls.c',
  'mod_log.c',
  'mod_site.c',
  'mod_delay.c',
  'mod_facts.c',
  'mod_log_forensic.c',
];

/** Decides IfModule and IfDefine. Names have one spelling, as in ProFTPD. */
export class Conditions {
  readonly #defines: Set<string>;
  readonly #modules: Set<string>;

  constructor({ defines, modules }: ConditionOptions) {
    this.#defines = new Set(defines);
    this.#modules = new Set([...ALWAYS_THERE, ...modules]);
  }

  /** @param directive `define` or `loadmodule` */
  learn(directive: 'define' | 'loadmodule', name: string | undefined): void {
    if (name !== undefined) this.#namesOf(directive === 'define').add(name);
  }

  /**
   * @param section `IfModule` or `IfDefine` in any case
   * @param condition a name, or `!` and a name
   */
  holds(section: string, condition: string): boolean {
    const isNegated = condition.startsWith('!');
    return this.#namesOf(isDefine(section)).has(isNegated ? condition.slice(1) : condition) !== isNegated;
  }

  /** Why a section that is passed over might have held in the ProFTPD that reads it; undefined: in none that runs mod_log_forensic. */
  unsure(section: string, condition: string): string | undefined {
    if (condition.startsWith('!')) return undefined;
    if (isDefine(section)) return `neither a Define nor FF_POLICY_DEFINES names ${condition}`;
    return `neither a LoadModule nor FF_POLICY_MODULES names ${condition}`;
  }

  #namesOf(isOfDefines: boolean): Set<string> {
    return isOfDefines ? this.#defines : this.#modules;
  }
}

function isDefine(section: string): boolean {
  return section.toLowerCase() === 'ifdefine';
}
