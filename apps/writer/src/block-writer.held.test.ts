import { chmodSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wholeBlock } from './block.fixture.ts';
import { NODE_FILE_CALLS, type FileCalls } from './file-calls.ts';
import { textOf, WriterPlace } from './writer-place.fixture.ts';

const [A, B] = [wholeBlock('a', '/d/forensic.log'), wholeBlock('b', '/d/forensic.log')];
const [OTHER, NEXT] = [wholeBlock('other', '/other.log'), wholeBlock('next', '/other.log')];

let place: WriterPlace;
let directory: string;
let log: string;
beforeEach(async () => {
  place = new WriterPlace();
  directory = join(place.root, 'd');
  log = join(directory, 'forensic.log');
  await place.file([A]);
});
afterEach(() => place.remove());

/** Fails with `code` at a write or sync into the file that holds block b. */
function failing(call: 'write' | 'fdatasync', code: string): FileCalls {
  let fdOfB = -1;
  const fail = (): never => {
    throw Object.assign(new Error(code), { code });
  };
  return {
    ...NODE_FILE_CALLS,
    write: (fd, buffers) => {
      const isOfB = buffers.some((bytes) => Buffer.from(bytes).includes('of b'));
      if (isOfB) fdOfB = fd;
      const count = NODE_FILE_CALLS.write(fd, isOfB && call === 'write' ? [buffers[0]!.subarray(0, 40)] : buffers);
      return isOfB && call === 'write' ? fail() : count;
    },
    fdatasync: async (fd) => (fd === fdOfB && call === 'fdatasync' ? fail() : NODE_FILE_CALLS.fdatasync(fd)),
  };
}

describe('a file that cannot be written now', () => {
  const states: [what: string, begin: () => void, end: () => void][] = [
    ['has a second name, as in a backup with cp -al', () => linkSync(log, `${log}.backup`), () => rmSync(`${log}.backup`)],
    ['lies in a world-writable directory', () => chmodSync(directory, 0o777), () => chmodSync(directory, 0o750)],
    [
      'is a symbolic link',
      () => {
        renameSync(log, `${log}.1`);
        symlinkSync('/etc/hostname', log);
      },
      () => renameSync(`${log}.1`, log),
    ],
    [
      'is a directory',
      () => {
        renameSync(log, `${log}.1`);
        mkdirSync(log);
      },
      () => {
        rmSync(log, { recursive: true });
        renameSync(`${log}.1`, log);
      },
    ],
  ];
  it.each(states)('holds its blocks until it can, and no others: it %s', async (_, begin, end) => {
    begin();
    const { filings, refused, held } = await place.file([OTHER, B, NEXT]);
    expect(filings.map(({ file }) => file)).toEqual(['/other.log', '/other.log']);
    expect([refused, held.map(({ block }) => block)]).toEqual([[], [B]]);
    expect(held[0]!.error).toMatchObject({ code: 'FF_FILING_FAILED', message: expect.stringContaining('forensic.log') });
    expect(place.contentOf('other.log')).toBe(textOf(OTHER, NEXT));
    end();
    expect(await place.file([OTHER, B, NEXT])).toMatchObject({ held: [], filings: [{ file: '/d/forensic.log' }] });
    expect([place.contentOf('d/forensic.log'), place.contentOf('other.log')]).toEqual([textOf(A, B), textOf(OTHER, NEXT)]);
    expect(place.counters).toMatchObject({ failures: 1, repeated: 2, filed: 4 });
  });

  it('is begun anew when it was rotated at the moment of its opening', async () => {
    let rotations = 1;
    const openAt: FileCalls['openAt'] = (fd, name, flags, mode) => {
      const opened = NODE_FILE_CALLS.openAt(fd, name, flags, mode);
      if (name === 'forensic.log' && rotations-- > 0) renameSync(log, `${log}.1`);
      return opened;
    };
    const calls = { ...NODE_FILE_CALLS, openAt };
    expect((await place.file([B], calls)).held.map(({ block }) => block)).toEqual([B]);
    expect((await place.file([B], calls)).held).toEqual([]);
    expect([place.contentOf('d/forensic.log.1'), place.contentOf('d/forensic.log')]).toEqual([textOf(A), textOf(B)]);
  });

  it.each(['write', 'fdatasync'] as const)('holds no half block and costs none when its disk is full: %s fails', async (call) => {
    const { filings, held } = await place.file([B, OTHER], failing(call, 'ENOSPC'));
    expect([filings.length, held[0]?.error.message]).toEqual([1, expect.stringContaining('ENOSPC')]);
    expect([place.contentOf('d/forensic.log'), place.contentOf('other.log')]).toEqual([textOf(A), textOf(OTHER)]);
    await place.file([B, OTHER]);
    expect([place.contentOf('d/forensic.log'), place.contentOf('other.log')]).toEqual([textOf(A, B), textOf(OTHER)]);
    expect(place.counters.tornTails).toBe(0);
  });
});

describe('a journal that cannot be written', () => {
  it('leaves no block in any file, and costs none', async () => {
    const add = place.journal.add.bind(place.journal);
    place.journal.add = (filing) => {
      if (filing.file === '/other.log') throw new Error('disk I/O error');
      add(filing);
    };
    const failure = expect.objectContaining({ code: 'FF_FILING_FAILED', message: expect.stringContaining('disk I/O error') });
    await expect(place.file([B, OTHER])).rejects.toThrow(failure);
    expect([place.contentOf('d/forensic.log'), place.contentOf('other.log')]).toEqual([textOf(A), '']);
    place.journal.add = add;
    await place.file([B, OTHER]);
    expect([place.contentOf('d/forensic.log'), place.contentOf('other.log')]).toEqual([textOf(A, B), textOf(OTHER)]);
  });
});
