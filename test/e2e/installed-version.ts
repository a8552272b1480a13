import { fileURLToPath } from 'node:url';

type Environment = Readonly<Record<string, string>>;

/** A version of the project that services are started from. */
export interface InstalledVersion {
  readonly name: string;
  /** Directory of its built apps and libs. */
  readonly checkout: string;
  /** The part of an environment that this version takes: every version refuses settings that it does not know. */
  settings(environment: Environment): Environment;
}

/** What is being tested. */
export const THIS_VERSION: InstalledVersion = {
  name: 'this version',
  checkout: fileURLToPath(new URL('../..', import.meta.url)),
  settings: (environment) => environment,
};
