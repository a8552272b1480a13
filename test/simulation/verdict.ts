import { hash } from 'node:crypto';
import { BLOCKS, DEAD_LETTERS, SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import type { BlockHeader } from '@fleet-forensics/shared/wire/block';
import { decodeBlockPart, decodeDeadLetter } from '@fleet-forensics/shared/wire/codec';
import { type FiledBlocks, filedBlocks } from './filed-blocks.ts';
import { wrongsAfterLoss } from './loss-verdict.ts';
import { type Expectation, expectationOf } from './oracle.ts';
import type { World } from './world.ts';
import { rootOf } from './writer-process.ts';

/** What is wrong with a run that is at rest, each in a line; nothing: the property holds. */
export function wrongs(world: World): string[] {
  const { log, scenario } = world;
  const expectation = expectationOf(log.partitions(SESSION_EVENTS), scenario);
  const filed = filedBlocks(log, rootOf(world));
  const always = [...world.violations, ...wrongFiles(filed), ...unread(world, expectation)];
  if (scenario.losesNeeded) return [...always, ...wrongsAfterLoss(world, filed, expectation)];
  return [
    ...always,
    ...world.warnings.filter((warning) => warning.includes('retention')).map((warning) => `a warning: ${warning}`),
    ...wrongParts(world, expectation),
    ...wrongLetters(world, expectation),
    ...wrongFilings(filed, expectation),
  ];
}

/** Everybody who ever emits a block, zombies too, emits the same bytes. */
function wrongParts({ log }: World, { parts }: Expectation): string[] {
  const wrong = log.everyRecord(BLOCKS).filter(({ value }) => !parts.has(Buffer.from(value).toString('latin1')));
  return wrong.map(({ offset, value }) => {
    const { blockId, part, header } = decodeBlockPart(value);
    const what = header ? describe(header) : `part ${part} of ${Buffer.from(blockId).toString('hex')}`;
    return `emitted at ${offset}, but never asked for so: ${what}`;
  });
}

function wrongLetters({ log }: World, { letters, refused }: Expectation): string[] {
  const wrong: string[] = [];
  const told = new Set<string>();
  for (const { value } of log.everyRecord(DEAD_LETTERS)) {
    const letter = decodeDeadLetter(value);
    const { topic, partition, offset, error } = letter;
    const isExpected =
      topic === SESSION_EVENTS ? letters.has(`${partition}/${offset}`) : refused.has(idOf(decodeBlockPart(letter.value).blockId));
    if (!isExpected) wrong.push(`a dead letter of ${topic}/${partition} offset ${offset}: ${error}`);
    told.add(topic === SESSION_EVENTS ? `${partition}/${offset}` : idOf(decodeBlockPart(letter.value).blockId));
  }
  for (const missing of [...letters, ...refused.keys()].filter((id) => !told.has(id))) wrong.push(`no dead letter of ${missing}`);
  return wrong;
}

function wrongFilings({ byFile }: FiledBlocks, { filed: expected, refused }: Expectation): string[] {
  const wrong: string[] = [];
  const seen = new Set<string>();
  for (const { id, filing, text } of [...byFile.values()].flat()) {
    const block = expected.get(id) ?? refused.get(id)?.find((again) => again.text.equals(text));
    if (seen.has(id)) wrong.push(`filed twice: ${id}, ${filing.session} ${filing.criterion}`);
    else if (!block) wrong.push(`filed, but never asked for: ${id}, ${filing.session} ${filing.criterion}`);
    else if (!block.text.equals(text))
      wrong.push(`filed differently: ${id}\n${text.toString()}\nshould be\n${block.text.toString()}`);
    else if (block.file !== filing.file) wrong.push(`filed in ${filing.file}: ${describe(block.block.header)}`);
    seen.add(id);
  }
  for (const [id, { block }] of expected) if (!seen.has(id)) wrong.push(`never filed: ${id}, ${describe(block.header)}`);
  return wrong;
}

/** The places that were told of are all that is in a file, with an unbroken chain. */
function wrongFiles({ byFile, contents }: FiledBlocks): string[] {
  const wrong: string[] = [];
  for (const [file, content] of contents) {
    let end = 0;
    let chain: Uint8Array = Buffer.alloc(32);
    for (const { filing, text } of byFile.get(file) ?? []) {
      const sha256 = hash('sha256', text, 'buffer');
      chain = hash('sha256', Buffer.concat([chain, sha256]), 'buffer');
      if (filing.offset !== end) wrong.push(`${file}: a block at ${filing.offset} where the one before ends at ${end}`);
      if (!sha256.equals(filing.sha256) || Buffer.compare(chain, filing.chain) !== 0) {
        wrong.push(`${file}: the digest or chain of the block at ${filing.offset} is not its own`);
      }
      end = filing.offset + filing.length;
    }
    if (end !== content.length) wrong.push(`${file}: ${content.length} bytes, of which the filings tell ${end}`);
  }
  return wrong;
}

/**
 * At rest everything is read, and what writers have read is committed. They may wait for the rest of a block that no file will
 * take, if they see a part of it a second time: only what was filed do they know again.
 */
function unread({ log, writers, buffers }: World, { refused }: Expectation): string[] {
  const wrong: string[] = [];
  for (const slot of writers.slots) {
    const { records } = log.partition(slot);
    const offset = slot.committed?.offset ?? 0;
    const next = records[offset];
    if (next && !refused.has(idOf(decodeBlockPart(next.value).blockId)))
      wrong.push(`writers are at ${offset} of ${records.length}`);
  }
  for (const slot of buffers.slots) {
    const { records, begin } = log.partition(slot);
    const end = records.length;
    const position = Math.max(slot.owner?.position ?? 0, begin);
    if (position !== end) wrong.push(`the buffer is at ${position} of ${end}`);
  }
  return wrong;
}

function idOf(blockId: Uint8Array): string {
  return Buffer.from(blockId).toString('hex');
}

function describe({ session, criterion, sourcePartition, sourceOffset, messageCount, skip, ledger }: BlockHeader): string {
  const where = `${sourcePartition}/${sourceOffset}`;
  return `${session} ${criterion.name} seq ${criterion.seq} at ${where}, ${messageCount} messages after ${skip}, ${JSON.stringify(ledger)}`;
}
