import { chownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Of `nobody`, on Linux and elsewhere. */
const NOBODY = 65_534;

const isRoot = process.getuid?.() === 0;

/** From here on no file mode is passed over: root gives a directory, and the whole process, to nobody. Who is not root stays who he is. */
export function beUnprivileged(directory: string): void {
  if (!isRoot) return;
  for (const name of ['.', ...readdirSync(directory, { recursive: true, encoding: 'utf8' })]) {
    chownSync(join(directory, name), NOBODY, NOBODY);
  }
  process.seteuid?.(NOBODY);
}

export function bePrivileged(): void {
  if (isRoot) process.seteuid?.(0);
}
