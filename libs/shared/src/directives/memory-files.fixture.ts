import { messageOf } from '../error.ts';
import type { Configuration } from './configuration.ts';
import type { ConfigurationFiles, Found } from './configuration-files.ts';
import type { ReaderOptions } from './configuration-reader.ts';
import { parseConfiguration } from './parse-configuration.ts';

/** Files by their path; a directory is there if one of them lies in it. */
export class MemoryFiles implements ConfigurationFiles {
  readonly #files: ReadonlyMap<string, string>;

  constructor(files: Readonly<Record<string, string>>) {
    this.#files = new Map(Object.entries(files));
  }

  lookUp(path: string): Found {
    const text = this.#files.get(path);
    if (text !== undefined) return { kind: 'file', text };
    const prefix = `${path.replace(/\/+$/, '')}/`;
    const names = [...this.#files.keys()].filter((file) => file.startsWith(prefix));
    if (names.length === 0) return { kind: 'missing' };
    return { kind: 'directory', names: [...new Set(names.map((file) => file.slice(prefix.length).replace(/\/.*/, '')))] };
  }
}

export const FILE = '/etc/forensics.conf';

/** @param files beside the configuration itself */
export function parse(
  text: string,
  files: Readonly<Record<string, string>> = {},
  options: Partial<ReaderOptions> = {},
): Configuration {
  const all = { environment: {}, defines: [], modules: [], ...options };
  return parseConfiguration(FILE, new MemoryFiles({ [FILE]: text, ...files }), all);
}

/** The lines of the error; none if there is none. */
export function problemsOf(
  text: string,
  files: Readonly<Record<string, string>> = {},
  options: Partial<ReaderOptions> = {},
): string[] {
  try {
    parse(text, files, options);
    return [];
  } catch (error) {
    return messageOf(error).split('\n');
  }
}
