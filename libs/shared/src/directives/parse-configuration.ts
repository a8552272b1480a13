import { ForensicsError } from '../error.ts';
import type { Configuration } from './configuration.ts';
import type { ConfigurationFiles } from './configuration-files.ts';
import { ConfigurationReader, type ReaderOptions } from './configuration-reader.ts';
import { isGlob } from './glob.ts';
import { includedPaths } from './included-paths.ts';
import { MAX_CONFIGURATION_BYTES, MAX_FILES, MAX_INCLUDE_DEPTH } from './limits.ts';
import type { Place } from './problem.ts';
import type { ProblemList } from './problem-list.ts';

/**
 * Reads a configuration in ProFTPD's syntax with all that it includes, and keeps what is ours: the five directives of
 * mod_log_forensic, ForensicLogFormat and `<Node>`, and what tells servers apart. A function of the files and the options alone.
 * @param path of the configuration
 * @throws ForensicsError FF_BAD_DIRECTIVES with a line for each thing that is wrong, in all files; FF_UNREADABLE_FILE if `path` can't be read
 */
export function parseConfiguration(path: string, files: ConfigurationFiles, options: ReaderOptions): Configuration {
  const parsing = new Parsing(path, files, options);
  const configuration = parsing.run();
  const { problems } = parsing;
  if (!problems.isEmpty) throw new ForensicsError('FF_BAD_DIRECTIVES', problems.lines.join('\n'));
  return configuration;
}

/** Follows the Includes. */
class Parsing {
  readonly #path: string;
  readonly #files: ConfigurationFiles;
  readonly #reader: ConfigurationReader;
  #fileCount = 0;
  #byteCount = 0;
  #depth = 0;
  /** A bound is reached: what would be included further is not read. */
  #isOver = false;

  constructor(path: string, files: ConfigurationFiles, options: ReaderOptions) {
    this.#path = path;
    this.#files = files;
    this.#reader = new ConfigurationReader(path, options, (included, place) => this.#include(included, place));
  }

  get problems(): ProblemList {
    return this.#reader.problems;
  }

  run(): Configuration {
    const found = this.#files.lookUp(this.#path);
    if (found.kind !== 'file')
      throw unreadable(this.#path, found.kind === 'unreadable' ? found.why : `it is ${NOT_A_FILE[found.kind]}`);
    this.#read(this.#path, found.text, { file: this.#path, line: 1 });
    return this.#reader.finish();
  }

  #include(path: string, place: Place): void {
    if (this.#isOver) return;
    if (!path.startsWith('/')) {
      this.#wrong(place, `Include: unable to use path for configuration file '${path}': it must be absolute`);
    } else if (this.#depth === MAX_INCLUDE_DEPTH) {
      this.#stop(place, `'${path}' would be more than ${MAX_INCLUDE_DEPTH} includes deep; does it include itself?`);
    } else if (isGlob(path)) {
      const paths = includedPaths(path, this.#files);
      if (paths === undefined) this.#warn(place, `unable to include '${path}': nothing matches it`);
      for (const each of paths ?? []) this.#includeFile(each, place);
    } else {
      const found = this.#files.lookUp(path);
      if (found.kind !== 'directory') return this.#includeFile(path, place);
      const directory = path.replace(/\/+$/, '');
      for (const name of found.names.toSorted()) this.#includeFile(`${directory}/${name}`, place);
    }
  }

  /** What is not there is passed over, as ProFTPD does; what is there and can't be read might say anything. */
  #includeFile(path: string, place: Place): void {
    if (this.#isOver) return;
    const found = this.#files.lookUp(path);
    if (found.kind === 'file') this.#read(path, found.text, place);
    else if (found.kind === 'unreadable') this.#wrong(place, `Include: unable to include '${path}': ${found.why}`);
    else this.#warn(place, `unable to include '${path}': it is ${NOT_A_FILE[found.kind]}`);
  }

  #read(path: string, text: string, place: Place): void {
    this.#fileCount += 1;
    this.#byteCount += Buffer.byteLength(text);
    if (this.#fileCount > MAX_FILES) return this.#stop(place, `more than ${MAX_FILES} files are included`);
    if (this.#byteCount > MAX_CONFIGURATION_BYTES) {
      return this.#stop(place, `the files have more than ${MAX_CONFIGURATION_BYTES} bytes`);
    }
    this.#depth += 1;
    this.#reader.read(path, text);
    this.#depth -= 1;
  }

  #stop(place: Place, why: string): void {
    this.#isOver = true;
    this.#wrong(place, `Include: ${why}`);
  }

  #wrong(place: Place, text: string): void {
    this.#reader.problems.add(place, text);
  }

  #warn(place: Place, text: string): void {
    this.#reader.warnings.add(place, text);
  }
}

const NOT_A_FILE = { missing: 'not there', directory: 'a directory' } as const;

function unreadable(path: string, why: string): ForensicsError {
  return new ForensicsError('FF_UNREADABLE_FILE', `cannot read ${path}: ${why}`);
}
