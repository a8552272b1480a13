import { execFileSync } from 'node:child_process';
import { describe } from 'vitest';

/** A suite that mounts file systems. Where that is not allowed it is skipped, loudly; where CI is set, it fails. */
export function describeMounts(name: string, suite: () => void): void {
  const isAllowed = process.platform === 'linux' && process.getuid?.() === 0;
  const problem = `"${name}" mounts file systems: run it as root on Linux`;
  if (!isAllowed && process.env['CI']) throw new Error(problem);
  if (!isAllowed) process.stderr.write(`\nSKIPPED: ${problem}\n\n`);
  describe.runIf(isAllowed)(name, suite);
}

/** A file system in memory, of so many bytes. */
export function mountTmpfs(path: string, bytes: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0750`, 'tmpfs', path]);
}

export function remount(path: string, mode: 'ro' | 'rw'): void {
  execFileSync('mount', ['-o', `remount,${mode}`, path]);
}

export function unmount(path: string): void {
  execFileSync('umount', [path]);
}
