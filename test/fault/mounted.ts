import { execFileSync } from 'node:child_process';

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

export function remount(path: string, mode: 'ro' | 'rw'): void {
  execFileSync('mount', ['-o', `remount,${mode}`, path]);
}

export function unmount(path: string): void {
  execFileSync('umount', [path]);
}
