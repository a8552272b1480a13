import { messageOf } from '@fleet-forensics/shared/error';
import { DiskFiles } from '@fleet-forensics/shared/directives/disk-files';
import type { ReaderOptions } from '@fleet-forensics/shared/directives/configuration-reader';
import { parseConfiguration } from '@fleet-forensics/shared/directives/parse-configuration';
import type { Policy } from '@fleet-forensics/shared/wire/session-event';
import type { Counters } from '../counters.ts';
import { DirectivePolicies } from './directive-policies.ts';
import type { PolicySource, ServerContext } from './policy-source.ts';

export interface PolicyFileOptions extends ReaderOptions {
  readonly path: string;
  /** Of every ring. */
  readonly bufferBytes: number;
  readonly counters: Pick<Counters, 'policyReloads' | 'policyRejected'>;
  /** Told what an operator must know. */
  readonly warn: (message: string) => void;
}

/** The policies of a configuration file, which may be read again while sessions live. */
export class PolicyFile implements PolicySource {
  readonly #options: PolicyFileOptions;
  #policies: DirectivePolicies;
  #stamps: ReadonlyMap<string, string> = new Map();
  #problem: string | undefined;

  /** @throws ForensicsError FF_BAD_DIRECTIVES, FF_UNREADABLE_FILE */
  constructor(options: PolicyFileOptions) {
    this.#options = options;
    this.#policies = this.#read();
  }

  get criteria(): readonly string[] {
    return this.#policies.criteria;
  }

  /** What the last attempt to read it looked at, with the stamps from before that. */
  get stamps(): ReadonlyMap<string, string> {
    return this.#stamps;
  }

  /** Why the policy in force is not what the file says; undefined if it is. */
  get outOfDate(): string | undefined {
    return this.#problem && `policy of ${this.#options.path} is out of date: ${this.#problem}`;
  }

  policyFor(node: string, session: string, server: ServerContext): Policy | null {
    return this.#policies.policyFor(node, session, server);
  }

  /** Reads it whole, and only then puts it in force; if anything is wrong with it the old one stays, and that is told and counted. */
  reload(): void {
    const { path, counters, warn } = this.#options;
    try {
      this.#policies = this.#read();
      this.#problem = undefined;
      counters.policyReloads += 1;
      warn(`policy of ${path} was read again`);
    } catch (error) {
      const lines = messageOf(error).split('\n');
      this.#problem = lines.length > 1 ? `${lines[0]!} (and ${lines.length - 1} more)` : lines[0]!;
      counters.policyRejected += 1;
      warn(`policy of ${path} stays as it was, for it can't be read again: ${lines.join('\n')}`);
    }
  }

  #read(): DirectivePolicies {
    const { path, bufferBytes, warn, ...options } = this.#options;
    const files = new DiskFiles();
    try {
      const configuration = parseConfiguration(path, files, options);
      for (const warning of configuration.warnings) warn(warning);
      return new DirectivePolicies(configuration, bufferBytes);
    } finally {
      this.#stamps = files.stamps;
    }
  }
}
