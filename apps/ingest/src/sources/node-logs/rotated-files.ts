import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What logrotate puts behind a name: `.1`, `-20261123`, `-20261123-1795430100`. Compressed files are not read. */
const ROTATED = /^[.-]\d[\d.-]*$/;

export interface RotatedFile {
  readonly path: string;
  readonly ino: number;
  readonly birthMs: number;
}

/** The files beside `path` that were rotated away from its name, oldest first. @throws what readdir(3) says */
export function rotatedFilesOf(path: string): readonly RotatedFile[] {
  const name = basename(path);
  const dir = dirname(path);
  const names = readdirSync(dir).filter((entry) => entry.startsWith(name) && ROTATED.test(entry.slice(name.length)));
  const files = names.flatMap((entry) => fileAt(join(dir, entry)) ?? []);
  return files.toSorted((a, b) => a.birthMs - b.birthMs);
}

/** The file under that name; null: there is none. */
export function fileAt(path: string): RotatedFile | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() ? { path, ino: stats.ino, birthMs: stats.birthtimeMs } : null;
}
