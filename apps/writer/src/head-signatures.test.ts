import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseSignatureLine, type SignatureLine } from '@fleet-forensics/shared/integrity/signature-line';
import { HeadSigner, isSignedBy } from '@fleet-forensics/shared/integrity/signing-key';
import { wholeBlock } from './block.fixture.ts';
import type { BlockFiling } from './block-filing.ts';
import { NODE_FILE_CALLS, type FileCalls } from './file-calls.ts';
import type { Signing } from './head-signatures.ts';
import { WriterPlace } from './writer-place.fixture.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const signer = new HeadSigner(String(privateKey.export({ type: 'pkcs8', format: 'pem' })));
const SIGNING: Signing = { signer, everyBlocks: 3 };

let place: WriterPlace;
beforeEach(() => {
  place = new WriterPlace();
});
afterEach(() => place.remove());

function start(changes: { rotateBytes?: number; rotatedKeep?: number } = {}, calls: FileCalls = NODE_FILE_CALLS): BlockFiling {
  return place.filing(calls, { settings: changes, signing: SIGNING });
}

async function file({ writer, signatures }: BlockFiling, ...names: string[]): Promise<void> {
  for (const name of names) await writer.file(writer.prepare([wholeBlock(name, '/f')]));
  await signatures!.close();
}

function lines(name: string): SignatureLine[] {
  const found = place
    .contentOf(name)
    .split('\n')
    .filter((line) => line !== '')
    .map(parseSignatureLine);
  for (const { head, signature } of found) expect(isSignedBy(publicKey, head, signature)).toBe(true);
  return found;
}

describe('signatures of heads', () => {
  it('come every so many blocks, and each goes on where the one before ends', async () => {
    await file(start(), 'a', 'b');
    expect(existsSync(join(place.root, 'f.1.sig'))).toBe(false);
    const filing = start();
    await file(filing, 'c');
    await file(filing, 'd', 'e', 'f', 'g');
    const [first, second, ...more] = lines('f.1.sig');
    expect([first!.head.from.blocks, first!.head.to.blocks, second!.head.to.blocks, more]).toEqual([0, 3, 6, []]);
    expect(second!.head.from).toEqual(first!.head.to);
    expect(first!.head.to.link).toEqual(Buffer.from(place.journal.blocksBehind('/f', 1, 0, 3).at(-1)!.chain));
    expect(place.counters.signatures).toBe(2);
  });

  it('come at a rotation for what is not signed yet, in a file that need not be renamed', async () => {
    const filing = start({ rotateBytes: 700 });
    await file(filing, 'a', 'b', 'c');
    expect(readdirSync(place.root).toSorted()).toEqual(expect.arrayContaining(['f', 'f.1', 'f.1.sig']));
    const signed = lines('f.1.sig').flatMap(({ blocks }) => blocks);
    const filed = place.journal.blocksBehind('/f', 1, 0, 10);
    expect(signed.map(({ offset }) => offset)).toEqual(filed.map(({ offset }) => offset));
    await file(filing, 'd', 'e', 'f', 'g');
    expect(lines('f.2.sig')[0]!.head.from.link).toEqual(lines('f.1.sig').at(-1)!.head.to.link);
  });

  it('are removed with the file that they are of', async () => {
    const filing = start({ rotateBytes: 700, rotatedKeep: 1 });
    await file(filing, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
    await filing.rotatedFiles.tidy();
    const names = readdirSync(place.root);
    expect(names).not.toContain('f.1');
    expect(names).not.toContain('f.1.sig');
  });

  it('that a crash cut short are made again, on a line of their own', async () => {
    await file(start(), 'a', 'b', 'c');
    const whole = place.contentOf('f.1.sig');
    writeFileSync(join(place.root, 'f.1.sig'), `${whole}{"v":1,"fi`);
    await file(start(), 'd', 'e', 'f');
    expect(lines('f.1.sig').map(({ head }) => head.to.blocks)).toEqual([3, 6]);
  });

  it('of an older journal are not cut off by a new one that does not know them', async () => {
    await file(start(), 'a', 'b', 'c');
    const old = place.contentOf('f.1.sig');
    place.renewJournal();
    await file(start(), 'd', 'e', 'f');
    expect(place.contentOf('f.1.sig').startsWith(old)).toBe(true);
    expect(lines('f.1.sig').map(({ head }) => head.from.blocks)).toEqual([0, 0]);
  });

  it('are not made for files of one block each, which would be twice as many', async () => {
    const filing = start();
    for (const name of ['a', 'b', 'c', 'd']) await filing.writer.file(filing.writer.prepare([wholeBlock(name, '/%{block}.log')]));
    await filing.signatures!.close();
    await start().signatures!.sign();
    expect(readdirSync(place.root).filter((name) => name.endsWith('.sig'))).toEqual([]);
    expect(readdirSync(place.root)).toHaveLength(4);
  });

  it('that can not be written hold no block up, and are made up for later', async () => {
    let isBroken = true;
    const calls: FileCalls = {
      ...NODE_FILE_CALLS,
      openAt: (directory, name, flags, mode) => {
        if (isBroken && name.endsWith('.sig')) throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
        return NODE_FILE_CALLS.openAt(directory, name, flags, mode);
      },
    };
    const filing = start({}, calls);
    await file(filing, 'a', 'b', 'c');
    expect([place.counters.filed, place.counters.signatureFailures]).toEqual([3, 1]);
    expect(place.warnings.join()).toContain('f.1.sig is not written now');
    isBroken = false;
    await file(filing, 'd');
    expect(lines('f.1.sig').at(-1)!.head.to.blocks).toBe(4);
  });

  it('begin behind the first block that is known if what it is linked to is forgotten', async () => {
    await place.file([wholeBlock('a', '/f'), wholeBlock('b', '/f'), wholeBlock('c', '/f')]);
    place.nowUs += 40 * 86_400_000_000;
    place.journal.prune(place.nowUs, 2, 1);
    await file(start(), 'd');
    const [{ head, blocks }] = lines('f.1.sig') as [SignatureLine];
    expect([head.from.blocks, blocks.length]).toEqual([0, 2]);
  });
});
