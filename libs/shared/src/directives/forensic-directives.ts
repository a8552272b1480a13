import { BLOCK_FORMATS } from '../settings/ingest-settings.ts';
import { didYouMean } from '../settings/setting.ts';
import { LOG_TYPE_NAMES, logTypeOf } from '../wire/log-type.ts';
import { PATH_VARIABLES, unknownVariables } from './path-template.ts';

/** What the directives say, each under the property of PolicySettings that says the same. */
export interface DirectiveValues {
  readonly engine: boolean;
  /** Messages. */
  readonly bufferSize: number;
  /** Upstream's spelling, each once. */
  readonly capture: readonly string[];
  /** Upstream's spelling, each once. */
  readonly criteria: readonly string[];
  /** Absolute; may hold {@link PATH_VARIABLES}. */
  readonly file: string;
  readonly format: readonly string[];
}

export type DirectiveProperty = keyof DirectiveValues;

/** A value, or why there is none, in upstream's words. */
export type Parsed<T> = { readonly value: T } | { readonly error: string };

interface ForensicDirective<T> {
  readonly name: string;
  /** Engine off and no file, as upstream: undefined is none. */
  readonly default: T | undefined;
  /** @param args the words behind the directive's own */
  readonly parse: (args: readonly string[]) => Parsed<T>;
}

/** mod_log_forensic's criteria (ForensicLogCriteria), and OnDemand, which is ours and always allowed. */
export const CRITERIA = ['FailedLogin', 'UntimelyDeath', 'ModuleConfig', 'OnDemand'] as const;

/** Defaults, errors and their order are those of mod_log_forensic 1.3.8 (contrib/mod_log_forensic.c, set_forensiclog…). */
export const FORENSIC_DIRECTIVES: { readonly [P in DirectiveProperty]: ForensicDirective<DirectiveValues[P]> } = {
  engine: { name: 'ForensicLogEngine', default: false, parse: single(parseEngine) },
  bufferSize: { name: 'ForensicLogBufferSize', default: 1024, parse: single(parseSize) },
  capture: {
    name: 'ForensicLogCapture',
    default: LOG_TYPE_NAMES,
    parse: several('unknown log type', LOG_TYPE_NAMES, (word) => logTypeName(word)),
  },
  criteria: {
    name: 'ForensicLogCriteria',
    default: ['FailedLogin', 'UntimelyDeath'],
    parse: several('unknown criterion', CRITERIA, (word) => spelling(CRITERIA, word)),
  },
  file: { name: 'ForensicLogFile', default: undefined, parse: single(parseFile) },
  format: {
    name: 'ForensicLogFormat',
    default: ['extended'],
    parse: several('unknown format', BLOCK_FORMATS, (word) => spelling(BLOCK_FORMATS, word)),
  },
};

export const DIRECTIVE_PROPERTIES = Object.keys(FORENSIC_DIRECTIVES) as readonly DirectiveProperty[];

/** ProFTPD's Boolean words, in any case (`pr_str_is_boolean`); undefined for any other. */
export function booleanOf(word: string): boolean | undefined {
  if (/^(on|yes|true|1)$/i.test(word)) return true;
  return /^(off|no|false|0)$/i.test(word) ? false : undefined;
}

/** Upstream passes over further words; here a path with a space in it, say, is not cut off in silence. */
function single<T>(parse: (word: string) => Parsed<T>): (args: readonly string[]) => Parsed<T> {
  return ([word, extra]) => {
    if (word === undefined) return { error: 'missing parameters' };
    return extra === undefined
      ? parse(word)
      : { error: `wrong number of parameters: one is expected, ${quoted(extra)} is too much` };
  };
}

function several(
  unknown: string,
  known: readonly string[],
  nameOf: (word: string) => string | undefined,
): (args: readonly string[]) => Parsed<readonly string[]> {
  return (args) => {
    if (args.length === 0) return { error: 'wrong number of parameters' };
    const wrong = args.find((word) => nameOf(word) === undefined);
    if (wrong !== undefined) return { error: `${unknown}: ${wrong}${didYouMean(wrong, known)}` };
    return { value: [...new Set(args.map((word) => nameOf(word)!))] };
  };
}

function parseEngine(word: string): Parsed<boolean> {
  const value = booleanOf(word);
  return value === undefined ? { error: `expected Boolean parameter, not ${quoted(word)}` } : { value };
}

/** A number as strtoul takes it; upstream makes 4294967291 of -5. */
function parseSize(word: string): Parsed<number> {
  if (word !== '' && !/^\s*[+-]?\d+$/.test(word)) return { error: `badly formatted number: ${word}` };
  const value = Number(word);
  return value > 0 ? { value } : { error: 'size must be greater than zero' };
}

function parseFile(word: string): Parsed<string> {
  if (!word.startsWith('/')) return { error: `must be an absolute path, not ${quoted(word)}` };
  const [unknown] = unknownVariables(word);
  if (unknown === undefined) return { value: word };
  const known = PATH_VARIABLES.map((name) => `%{${name}}`);
  return { error: `unknown variable: %{${unknown}}${didYouMean(`%{${unknown}}`, known)}` };
}

function logTypeName(word: string): string | undefined {
  const type = logTypeOf(word);
  return type === undefined ? undefined : LOG_TYPE_NAMES[type];
}

function spelling(known: readonly string[], word: string): string | undefined {
  return known.find((name) => name.toLowerCase() === word.toLowerCase());
}

function quoted(word: string): string {
  return JSON.stringify(word);
}
