import { join } from 'node:path';
import { ForensicsError } from '@fleet-forensics/shared/error';

/** PATH_MAX (without its NUL) of Linux. */
const MAX_REAL_PATH_BYTES = 4095;
/** NAME_MAX of Linux. */
const MAX_DIRECTORY_BYTES = 255;
/** Of the file's own name: leaves room for a format's suffix, a generation, `.gz` and `.part`. */
const MAX_NAME_BYTES = 255 - 32;

/** A file, as it lies below the root. */
export interface SafePath {
  /** One spelling per file: `/a//b` and `/a/b` are both `/a/b`. */
  readonly file: string;
  readonly realPath: string;
  /** Absolute. */
  readonly root: string;
  /** Names of the directories from the root to the file's own; none: it lies in the root itself. */
  readonly directories: readonly string[];
  readonly name: string;
}

/**
 * Where a file lies, by its words alone: nothing is looked at.
 * @param root absolute
 * @param file as the policy names it, its template filled
 * @throws ForensicsError FF_UNSAFE_PATH if it could lie outside the root, or can't exist
 */
export function safePath(root: string, file: string): SafePath {
  if (!file.startsWith('/')) throw unsafePath(file, 'it is relative', 'begin it with /');
  if (file.includes('\0')) throw unsafePath(file, 'it holds a NUL', 'remove it');
  if (file.endsWith('/')) throw unsafePath(file, 'it names a directory', 'name a file in it');
  const components = file.split('/').filter((component) => component !== '');
  components.forEach((component, index) => checkComponent(file, component, index === components.length - 1));
  const realPath = join(root, ...components);
  if (Buffer.byteLength(realPath) > MAX_REAL_PATH_BYTES) {
    throw unsafePath(file, `below the root it is longer than ${MAX_REAL_PATH_BYTES} bytes`, 'shorten it');
  }
  const directories = components.slice(0, -1);
  return { file: `/${components.join('/')}`, realPath, root, directories, name: components.at(-1)! };
}

function checkComponent(file: string, component: string, isLast: boolean): void {
  if (component === '.' || component === '..') throw unsafePath(file, `it goes through "${component}"`, 'write it without');
  const bound = isLast ? MAX_NAME_BYTES : MAX_DIRECTORY_BYTES;
  if (Buffer.byteLength(component) > bound) {
    throw unsafePath(file, `${JSON.stringify(component)} is longer than ${bound} bytes`, 'shorten it');
  }
}

/** What is wrong with a policy's file for ever. */
export function unsafePath(file: string, why: string, remedy: string): ForensicsError {
  return new ForensicsError('FF_UNSAFE_PATH', `${JSON.stringify(file)} can't be written to: ${why}; ${remedy}`);
}

/** What an admin, or the one who does it, can undo at any moment. */
export function unsafeFile({ file }: SafePath, why: string, remedy: string): ForensicsError {
  return new ForensicsError('FF_UNSAFE_FILE', `${JSON.stringify(file)} is not written to now: ${why}; ${remedy}`);
}
