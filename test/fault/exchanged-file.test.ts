import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../apps/cli/src/command-run.fixture.ts';
import { wholeBlock } from '../../apps/writer/src/block.fixture.ts';
import { type FileCalls, NODE_FILE_CALLS } from '../../apps/writer/src/file-calls.ts';
import { WriterPlace } from '../../apps/writer/src/writer-place.fixture.ts';

const [A, B, C, D] = ['a', 'b', 'c', 'd'].map((name) => wholeBlock(name, '/forensic.log'));

let place: WriterPlace;
let log: string;
beforeEach(async () => {
  place = new WriterPlace();
  log = join(place.root, 'forensic.log');
  await place.file([A!, B!]);
});
afterEach(() => place.remove());

/** Puts a changed copy in the file's place. */
function exchange(change: (content: Buffer) => void): void {
  const content = readFileSync(log);
  change(content);
  writeFileSync(`${log}.new`, content);
  renameSync(`${log}.new`, log);
}

function verify() {
  return run(['verify', '--all', '--root', place.root, '--journal', join(place.base, 'journal')]);
}

describe('somebody who may exchange the files of a writer', () => {
  it('can not have a block changed unseen by a copy whose last block is as it was filed', async () => {
    exchange((content) => content.writeUInt8(content.readUInt8(40) ^ 1, 40));
    const [filing] = (await place.file([C!])).filings;
    expect(filing?.generation).toBe(1);
    const { status, out } = await verify();
    expect([status, out]).toEqual([1, expect.stringMatching(/^ALTERED .*forensic\.log/m) as string]);
  });

  it('can not cut off a block unseen by exchanging the file twice', async () => {
    const before = readFileSync(log);
    exchange(() => {});
    await place.file([C!]);
    expect((await verify()).status).toBe(0);
    writeFileSync(`${log}.new`, before);
    renameSync(`${log}.new`, log);
    await place.file([D!]);
    expect((await verify()).status).toBe(1);
  });

  it('can not have a block written into one file because another one is right', async () => {
    const copy = readFileSync(log);
    exchange((content) => content.fill('x'));
    // The writer has opened the forged file; the true one is put under the name before its last block is looked at.
    let isOpen = false;
    const calls: FileCalls = {
      ...NODE_FILE_CALLS,
      openAt: (directory, name, flags, mode) => {
        if (name === 'forensic.log' && isOpen) {
          writeFileSync(`${log}.true`, copy);
          renameSync(`${log}.true`, log);
        }
        isOpen ||= name === 'forensic.log';
        return NODE_FILE_CALLS.openAt(directory, name, flags, mode);
      },
    };
    const { filings, held } = await place.file([C!], calls);
    expect([filings, held.length]).toEqual([[], 1]);
    await place.file([C!]);
    expect(readFileSync(log).subarray(0, copy.length).equals(copy)).toBe(true);
    expect((await verify()).status).toBe(0);
  });
});
