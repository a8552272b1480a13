import { hash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FIRST_LINK, nextLink } from '@fleet-forensics/shared/integrity/chain';
import { BlockRecord } from './block-record.ts';
import { checkFile } from './file-check.ts';
import { ForensicPlace, idOf } from './forensic-place.fixture.ts';

let place: ForensicPlace;
beforeEach(() => {
  place = new ForensicPlace();
});
afterEach(() => place.remove());

describe('verify, by the journal', () => {
  it('tells bytes that are not in the journal yet from damage', async () => {
    const [last] = place.file('/a.log', 3).toReversed();
    place.put('/a.log', Buffer.concat([place.content('/a.log'), Buffer.from('-----BEGIN A FOR')]));
    const { status, out } = await place.verify('--all');
    expect(status).toBe(1);
    const end = last!.offset + last!.length;
    expect(out).toMatch(new RegExp(`^TAIL .*16 bytes at offset ${end}, behind the last block, are in no record`, 'm'));
  });

  it('does not take a copy of a block behind the last one for a write that a crash cut short', async () => {
    const filings = place.file('/a.log', 3);
    const content = place.content('/a.log');
    place.put('/a.log', Buffer.concat([content, content.subarray(0, filings[1]!.offset)]));
    const { out } = await place.verify('--all');
    expect(out).toMatch(new RegExp(`^INSERTED .*before the end, were not filed: a copy of block ${idOf(filings[0]!)}`, 'm'));
  });

  it('is content with blocks that a living writer records meanwhile', async () => {
    place.file('/a.log', 3);
    const text = 'a block of a batch that is being filed\n';
    place.put('/a.log', Buffer.concat([place.content('/a.log'), Buffer.from(text)]));
    const record = BlockRecord.ofJournal(place.journal);
    const [name] = record.files();
    // It has read the journal by then, and the file.
    const compared = (): void => {
      if (record.of(name!).blocks.length === 3) place.record('/a.log', text, place.content('/a.log').length - text.length);
    };
    const { blocks, findings } = await checkFile(name!, { root: place.root, record, compared });
    expect([blocks.length, findings]).toEqual([4, []]);
    record.close();
  });

  it('finds an entry of the journal that was altered together with the file', async () => {
    const filings = place.file('/a.log', 4);
    place.flip('/a.log', filings[1]!.offset);
    const altered = place.content('/a.log').subarray(filings[1]!.offset, filings[2]!.offset);
    const sha256 = hash('sha256', altered, 'buffer');
    place.database.prepare('UPDATE blocks SET sha256 = ? WHERE block_id = ?').run(sha256, filings[1]!.blockId);
    const { status, out } = await place.verify('--all');
    expect(status).toBe(1);
    expect(out).toMatch(new RegExp(`^RECORD .*the journal has been altered: at block ${idOf(filings[1]!)}`, 'm'));
  });

  it('finds that the last block is gone from file and journal: the journal knows the end of the file', async () => {
    const [last] = place.file('/a.log', 4).toReversed();
    place.put('/a.log', place.content('/a.log').subarray(0, last!.offset));
    place.database.prepare('DELETE FROM blocks WHERE block_id = ?').run(last!.blockId);
    const { status, out } = await place.verify('--all');
    expect(status).toBe(1);
    expect(out).toMatch(/^RECORD .*knows another end of the file/m);
  });

  it('finds a block that is gone from the journal, whose bytes nobody accounts for any more', async () => {
    const filings = place.file('/a.log', 4);
    place.database.prepare('DELETE FROM blocks WHERE block_id = ?').run(filings[1]!.blockId);
    const { status, out } = await place.verify('--all');
    expect(status).toBe(1);
    expect(out).toMatch(new RegExp(`^RECORD .*block ${idOf(filings[2]!)}`, 'm'));
  });

  it('says that a file was cut while the recorder was running, which went on at the cut', async () => {
    const filings = place.file('/a.log', 3);
    const cut = filings[1]!.offset + 5;
    place.put('/a.log', Buffer.concat([place.content('/a.log').subarray(0, cut), Buffer.from('later\n')]));
    place.record('/a.log', 'later\n', cut);
    const { status, out } = await place.verify('--all');
    expect(status).toBe(1);
    expect(out).toMatch(
      new RegExp(`^RECORD .*block ${idOf(filings[1]!)} at offset \\d+ was cut off while the recorder was running`, 'm'),
    );
  });
});

describe('verify, by the filings', () => {
  it('does without the journal', async () => {
    const filings = place.file('/a.log', 6);
    await place.publish();
    rmSync(place.journal);
    const { status, out, err } = await place.verify('--all', '--filings');
    expect([status, out]).toEqual([0, expect.stringMatching(/^intact +\/a\.log: 6 blocks/)]);
    expect(err).toMatch(/no journal .*going by the filings alone/);
    place.flip('/a.log', filings[4]!.offset);
    const damaged = await place.verify('/a.log', '--filings');
    expect([damaged.status, damaged.out]).toEqual([1, expect.stringContaining(idOf(filings[4]!))]);
  });

  it('says which of them knows better, if somebody has rewritten the file and the whole journal', async () => {
    const filings = place.file('/a.log', 4);
    await place.publish();
    rewriteJournal(1);
    const byJournal = await place.verify('--all');
    expect(byJournal.status).toBe(0);
    const { status, out } = await place.verify('--all', '--filings');
    expect(status).toBe(1);
    expect(out).toMatch(new RegExp(`^DISAGREE .*the journal and the filings .* of block ${idOf(filings[1]!)}`, 'm'));
    expect(out).toMatch(new RegExp(`^ALTERED .*block ${idOf(filings[1]!)}`, 'm'));
  });

  it('finds blocks that are gone from file and journal', async () => {
    const [last] = place.file('/a.log', 4).toReversed();
    await place.publish();
    place.put('/a.log', place.content('/a.log').subarray(0, last!.offset));
    place.database.prepare('DELETE FROM blocks WHERE block_id = ?').run(last!.blockId);
    place.database.prepare('UPDATE files SET end_offset = ?, chain = ?').run(last!.offset, place.filings.at(-2)!.chain);
    expect((await place.verify('--all')).status).toBe(0);
    const { status, out } = await place.verify('--all', '--filings');
    expect(status).toBe(1);
    expect(out).toMatch(new RegExp(`^TRUNCATED .*block ${idOf(last!)}`, 'm'));
  });

  it('does not mind filings that come twice, late, or not yet, nor records that are none', async () => {
    place.file('/a.log', 4);
    const [first, second, third] = place.filings;
    await place.publish([second!, first!, third!, second!]);
    const { status, out } = await place.verify('--all', '--filings');
    expect([status, out]).toEqual([0, expect.stringMatching(/^intact +\/a\.log: 4 blocks/)]);
  });
});

/** What somebody does who may write both: alters a block, and computes the journal anew from there on. */
function rewriteJournal(index: number): void {
  place.flip('/a.log', place.filings[index]!.offset);
  const content = place.content('/a.log');
  let chain = FIRST_LINK;
  for (const { blockId, offset, length } of place.filings) {
    const sha256 = hash('sha256', content.subarray(offset, offset + length), 'buffer');
    chain = nextLink(chain, sha256);
    place.database.prepare('UPDATE blocks SET sha256 = ?, chain = ? WHERE block_id = ?').run(sha256, chain, blockId);
  }
  place.database.prepare('UPDATE files SET chain = ?').run(chain);
}
