import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NODE_FILE_CALLS, type FileCalls } from './file-calls.ts';
import { safePath } from './safe-path.ts';
import { TargetFile } from './target-file.ts';

let base: string;
let root: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'ff-safe-path-'));
  root = join(base, 'root');
});
afterEach(() => rmSync(base, { recursive: true }));

function open(file: string, calls: FileCalls = NODE_FILE_CALLS): void {
  new TargetFile(safePath(root, file), calls).close();
}

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

/** Calls `exchange` right before the name is opened, and `restore` right after. */
function racing(opened: string, exchange: () => void, restore?: () => void): FileCalls {
  return {
    ...NODE_FILE_CALLS,
    openAt: (directory, name, flags, fileMode) => {
      if (name === opened) exchange();
      const fd = NODE_FILE_CALLS.openAt(directory, name, flags, fileMode);
      if (name === opened) restore?.();
      return fd;
    },
  };
}

function exchangeDirectory(): void {
  renameSync(join(root, 'd'), join(root, 'kept'));
  symlinkSync(join(base, 'evil'), join(root, 'd'));
}

function putBack(): void {
  rmSync(join(root, 'd'));
  renameSync(join(root, 'kept'), join(root, 'd'));
}

function exchangeFile(): void {
  rmSync(join(root, 'd/f'));
  symlinkSync(join(base, 'evil/f'), join(root, 'd/f'));
}

describe('a file that is opened', () => {
  it('is made with its directories, for owner and group only', () => {
    open('/node/a/forensic.log');
    expect([root, join(root, 'node'), join(root, 'node/a')].map(mode)).toEqual(['750', '750', '750']);
    expect(mode(join(root, 'node/a/forensic.log'))).toBe('640');
  });

  const refusals: [what: string, file: string, why: string, prepare: () => void][] = [
    ['a root that is a symlink', '/f', 'root is a symbolic link', () => symlinkSync(base, root)],
    ['a directory that is a symlink', '/d/f', 'd is a symbolic link', () => symlinkSync(base, join(root, 'd'))],
    ['a dangling symlink', '/d/f', 'd is a symbolic link', () => symlinkSync(join(base, 'no'), join(root, 'd'))],
    ['a directory that is a file', '/d/f', 'd is not a directory', () => writeFileSync(join(root, 'd'), '')],
    ['a world-writable root', '/f', 'root is world-writable', () => chmodSync(root, 0o777)],
    ['a sticky world-writable directory', '/d/f', 'd is world-writable', () => chmodSync(join(root, 'd'), 0o1777)],
    ['a file that is a symlink', '/f', 'is not a regular file', () => symlinkSync('/etc/hostname', join(root, 'f'))],
    ['a file that is a directory', '/f', 'is not a regular file', () => mkdirSync(join(root, 'f'))],
    ['a FIFO', '/f', 'is not a regular file', () => execFileSync('mkfifo', [join(root, 'f')])],
    ['a file with a second name', '/f', 'has a second name', () => linkSync(join(base, 'victim'), join(root, 'f'))],
  ];
  it.each(refusals)('is refused behind or as %s, and nothing is written elsewhere', (_, file, why, prepare) => {
    writeFileSync(join(base, 'victim'), 'mine');
    if (file === '/d/f' && why.includes('writable')) mkdirSync(join(root, 'd'), { recursive: true });
    else if (why !== 'root is a symbolic link') mkdirSync(root);
    prepare();
    const refusal = expect.objectContaining({ code: 'FF_UNSAFE_FILE', message: expect.stringContaining(why) });
    expect(() => open(file)).toThrow(refusal);
    expect(statSync(join(base, 'victim')).size).toBe(4);
  });
});

describe('somebody who exchanges things between check and open', () => {
  beforeEach(() => {
    mkdirSync(join(root, 'd'), { recursive: true });
    mkdirSync(join(base, 'evil'));
    writeFileSync(join(base, 'evil/f'), 'mine');
    writeFileSync(join(root, 'd/f'), '');
  });

  it('cannot lead the writer through a directory that became a symlink when it was about to be opened', () => {
    expect(() => open('/d/f', racing('d', exchangeDirectory))).toThrow(/ENOTDIR|ELOOP/);
  });

  it.each([undefined, putBack])('cannot lead it elsewhere once the directory is open', (restore) => {
    rmSync(join(base, 'evil/f'));
    open('/d/f', racing('f', exchangeDirectory, restore));
    expect(existsSync(join(base, 'evil/f'))).toBe(false);
  });

  it('cannot make the writer follow a symlink in the place of the file', () => {
    expect(() => open('/d/f', racing('f', exchangeFile))).toThrow(/ELOOP/);
  });

  it.each(['d', 'd/f'])('cannot make the writer wait for ever at a FIFO in the place of %s', (name) => {
    const exchange = () => {
      rmSync(join(root, name), { recursive: true });
      execFileSync('mkfifo', [join(root, name)]);
    };
    expect(() => open('/d/f', racing(basename(name), exchange))).toThrow(/ENOTDIR|ENXIO/);
  });

  it('cannot make the writer hand its blocks to who reads a FIFO in the place of the file', () => {
    let reader: number | undefined;
    const exchange = () => {
      rmSync(join(root, 'd/f'));
      execFileSync('mkfifo', [join(root, 'd/f')]);
      reader = openSync(join(root, 'd/f'), constants.O_RDONLY | constants.O_NONBLOCK);
    };
    const refusal = expect.objectContaining({ code: 'FF_UNSAFE_FILE', message: expect.stringContaining('not a regular file') });
    expect(() => open('/d/f', racing('f', exchange))).toThrow(refusal);
    closeSync(reader!);
  });

  it('is found out when the file was exchanged for another one behind its opening', () => {
    const exchange = () => {
      rmSync(join(root, 'd/f'));
      writeFileSync(join(root, 'd/f'), '');
    };
    const refusal = expect.objectContaining({ code: 'FF_UNSAFE_FILE', message: expect.stringContaining('exchanged') });
    expect(() =>
      open(
        '/d/f',
        racing('f', () => {}, exchange),
      ),
    ).toThrow(refusal);
  });

  it('is no one when another writer makes the directory first', () => {
    const calls: FileCalls = {
      ...NODE_FILE_CALLS,
      mkdirAt: (directory, name, directoryMode) => {
        NODE_FILE_CALLS.mkdirAt(directory, name, directoryMode);
        NODE_FILE_CALLS.mkdirAt(directory, name, directoryMode);
      },
    };
    open('/new/f', calls);
    expect(statSync(join(root, 'new/f')).size).toBe(0);
  });
});
