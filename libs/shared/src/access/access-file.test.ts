import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAccessFile } from './access-file.ts';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-access-'));
  path = join(dir, 'tokens');
  writeFileSync(path, 'text', { mode: 0o640 });
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('a file that decides who is let in', () => {
  it.each([
    ['it lies', () => path],
    [
      'a link to it lies',
      () => {
        const links = join(dir, 'links');
        mkdirSync(links);
        symlinkSync(path, join(links, 'tokens'));
        return join(links, 'tokens');
      },
    ],
  ])('is refused if everybody may put another in its place, for %s in an open directory', (_where, place) => {
    const named = place();
    const open = join(named, '..');
    chmodSync(open, 0o777);
    expect(() => readAccessFile('FF_TOKENS_FILE', named)).toThrow(
      `FF_TOKENS_FILE=${JSON.stringify(named)} can't be read: everybody may put another file in its place: run chmod o-w on ${JSON.stringify(open)}`,
    );
    // As a directory of a container's secret is mounted, and as /tmp is.
    chmodSync(open, 0o1777);
    expect(readAccessFile('FF_TOKENS_FILE', named).text).toBe('text');
  });

  it.each([
    ['a FIFO, for which nobody waits', () => execFileSync('mkfifo', [path]), 'it is no file'],
    ['a directory', () => mkdirSync(path), 'it is no file'],
    ['a device', () => symlinkSync('/dev/zero', path), 'it is no file'],
    ['a gigabyte', () => [writeFileSync(path, ''), truncateSync(path, 2 ** 30)], 'it has more than 8388608 bytes'],
  ])('is refused if it is %s', (_what, make, told) => {
    rmSync(path);
    make();
    expect(() => readAccessFile('FF_TOKENS_FILE', path)).toThrow(told);
  });
});
