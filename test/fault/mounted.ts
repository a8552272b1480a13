import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BALLAST = 'ballast';

/** Whether file systems can be mounted. A suite that can't be run for that says so, loudly; where CI is set, it fails. */
export function canMount(): boolean {
  if (process.platform === 'linux' && process.getuid?.() === 0) return true;
  const problem = 'the suite mounts file systems: run it as root on Linux';
  if (process.env['CI']) throw new Error(problem);
  process.stderr.write(`\nSKIPPED: ${problem}\n\n`);
  return false;
}

/** A file system in memory, of so many bytes. */
export function mountTmpfs(path: string, bytes: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0750`, 'tmpfs', path]);
}

/** Leaves no byte free on a small file system. @param piece bytes of the first piece that is written */
export function fill(path: string, piece: number): void {
  for (let bytes = piece; bytes >= 1; bytes = Math.floor(bytes / 2)) {
    try {
      for (;;) writeFileSync(join(path, BALLAST), Buffer.alloc(bytes), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

/** Takes away what {@link fill} wrote. */
export function makeRoom(path: string): void {
  rmSync(join(path, BALLAST));
}

export function remount(path: string, mode: 'ro' | 'rw'): void {
  execFileSync('mount', ['-o', `remount,${mode}`, path]);
}

export function unmount(path: string): void {
  execFileSync('umount', [path]);
}
