import { randomBytes } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../command-run.fixture.ts';
import { ForensicPlace, idOf } from './forensic-place.fixture.ts';

let place: ForensicPlace;
beforeEach(() => {
  place = new ForensicPlace();
});
afterEach(() => place.remove());

describe('verify', () => {
  it('says that files are intact, with all that had their names before', async () => {
    place.file('/a.log', 3);
    place.rotate('/a.log', 'gzip');
    place.file('/a.log', 2);
    place.rotate('/a.log', 'plain');
    place.file('/a.log', 4);
    place.file('/ftp-1/b.log', 1);
    const { status, out, err } = await place.verify('--all');
    expect([status, out.match(/^intact/gm)?.length]).toEqual([0, 4]);
    expect(out).toMatch(/^intact +\/a\.log\.1: 3 blocks, \d+ bytes$/m);
    expect(out).toMatch(/^intact +\/a\.log: 4 blocks, \d+ bytes$/m);
    expect(err).toMatch(/^4 files intact, 0 not; .* MB\/s$/m);
  });

  it('names the first block that is not as it was filed, by offset and id, and fails', async () => {
    const filings = place.file('/a.log', 5);
    place.flip('/a.log', filings[2]!.offset + 3);
    const { status, out } = await place.verify('--all');
    expect(status).toBe(1);
    expect(out).toMatch(new RegExp(`^ALTERED .*block ${idOf(filings[2]!)} at offset ${filings[2]!.offset}`, 'm'));
  });

  it.each(['plain', 'gzip'] as const)('finds what was done to a rotated file, %s', async (state) => {
    const filings = place.file('/a.log', 5);
    const content = place.content('/a.log');
    const [second, third] = [filings[1]!, filings[2]!];
    place.put('/a.log', Buffer.concat([content.subarray(0, second.offset), content.subarray(third.offset)]));
    place.rotate('/a.log', state);
    const { status, out } = await place.verify('/a.log.1');
    expect(status).toBe(1);
    expect(out).toMatch(new RegExp(`^REMOVED .*1 blocks at offset ${second.offset} are gone, .*block ${idOf(second)}`, 'm'));
  });

  it.each(['plain', 'gzip'] as const)('reads files that are larger than what it holds in memory, %s', async (state) => {
    for (let index = 0; index < 5; index++) place.append('/a.log', `${index}${randomBytes(700_001).toString('hex')}\n`);
    place.rotate('/a.log', state);
    expect((await place.verify('--all')).out).toMatch(/^intact +\/a\.log\.1: 5 blocks, 7000\d+ bytes$/m);
  });

  it('takes a file by its path, by its name in the policy, or by the name of one rotation', async () => {
    place.file('/a.log', 2);
    place.rotate('/a.log', 'gzip');
    place.file('/a.log', 2);
    for (const [name, count] of [
      [join(place.root, 'a.log'), 2],
      ['/a.log', 2],
      [join(place.root, 'a.log.1.gz'), 1],
    ] as const) {
      const { status, out } = await place.verify(name);
      expect([name, status, out.match(/^intact/gm)?.length]).toEqual([name, 0, count]);
    }
  });

  it('finds a file that is gone, but not one that the recorder itself removed', async () => {
    place.file('/a.log', 2);
    place.rotate('/a.log', 'removed');
    place.file('/a.log', 2);
    expect((await place.verify('--all')).status).toBe(0);
    rmSync(join(place.root, 'a.log'));
    const { status, out } = await place.verify('--all');
    expect(status).toBe(1);
    expect(out).toMatch(/^MISSING +\/a\.log: it is not there: looked for .*a\.log and /m);
  });

  it('takes a file that was just renamed for what the journal means, whatever has its name now', async () => {
    place.file('/a.log', 3);
    place.knowIdentity('/a.log');
    renameSync(join(place.root, 'a.log'), join(place.root, 'a.log.1'));
    place.put('/a.log', Buffer.alloc(0));
    const { status, out } = await place.verify('/a.log');
    expect([status, out]).toEqual([0, expect.stringMatching(/^intact +\/a\.log: 3 blocks/)]);
  });

  it('finds a gzipped file that can no longer be unpacked, and says up to which block it could', async () => {
    place.file('/a.log', 300);
    place.rotate('/a.log', 'gzip');
    const packed = place.content('/a.log.1.gz');
    place.put('/a.log.1.gz', packed.subarray(0, packed.length - 20));
    const { status, out } = await place.verify('--all');
    expect(status).toBe(1);
    expect(out).toMatch(/^PACKED .*gzip stream can't be unpacked behind block [0-9a-f]{32} at offset \d+/m);
  });

  it('names files of which nothing is recorded: one that was put there is not taken for evidence', async () => {
    place.file('/a.log', 1);
    place.put('/b\u001b[31m.log', Buffer.from('x'));
    const { status, out } = await place.verify('--all');
    expect(status).toBe(0);
    expect(out).toMatch(/^unknown .*\/b\\u\{1b\}\[31m\.log: nothing is recorded of this file$/m);
  });

  it('says what it does not vouch for: bytes that were there before the first block', async () => {
    place.put('/a.log', Buffer.from('old bytes\n'));
    place.record('/a.log', 'a block\n', 10);
    place.put('/a.log', Buffer.from('old bytes\na block\n'));
    const { status, out } = await place.verify('--all');
    expect(status).toBe(0);
    expect(out).toMatch(/^note .*no block accounts for its first 10 bytes/m);
  });

  it('refuses wrong usage with status 2, and a file of which nothing is recorded with 1', async () => {
    place.file('/a.log', 1);
    expect((await place.verify()).status).toBe(2);
    expect((await place.verify('/a.log', '--all')).status).toBe(2);
    expect((await place.verify('--al')).err).toContain('did you mean --all?');
    const { status, err } = await place.verify('/c.log');
    expect([status, err]).toEqual([1, expect.stringContaining('nothing is recorded of /c.log')]);
  });

  it('without a journal says where else to look', async () => {
    const { status, err } = await run(['verify', '--all', '--data', place.root]);
    expect(status).toBe(1);
    expect(err).toMatch(/no journal .*--filings works from the filings' topic instead/);
  });
});
