import { setTimeout as delay } from 'node:timers/promises';
import { ForensicsError, messageOf } from '@fleet-forensics/shared/error';
import { BlockList } from '@fleet-forensics/shared/integrity/block-list';
import { damageOf } from '@fleet-forensics/shared/integrity/damage';
import { IntactRun } from '@fleet-forensics/shared/integrity/intact-run';
import { type RecordFault, recordFault } from '@fleet-forensics/shared/integrity/record-fault';
import type { BlockRecord, FileRecord, RecordedFile } from './block-record.ts';
import { openRandom } from './random-access.ts';
import { contentOf, openStored, pathsOf, type StoredFile } from './stored-file.ts';
import type { Finding, Verdict } from './verdict.ts';

/** A writer that is alive records what it appended within milliseconds, on a busy disk within seconds. */
const TAIL_WAIT_MS = 100;
const TAIL_WAITS = 50;
/** How often a file may change its name while it is looked at. */
const TRIES = 5;

export interface FileCheckOptions {
  /** Absolute. */
  readonly root: string;
  readonly record: BlockRecord;
  /** Told of bytes as they are compared. */
  readonly compared: (bytes: number) => void;
}

/** How far a file was compared with its record. */
interface Comparison {
  readonly record: FileRecord;
  readonly fault: RecordFault | undefined;
  /** Index behind the last block that is as it was filed. */
  readonly index: number;
  /** Bytes of the content, as far as it was read. */
  readonly contentBytes: number;
  /** Why the rest can't be unpacked. */
  readonly broken?: string;
}

/** Compares one file with what is recorded of it. What is wrong with the file, or keeps it from being read, is in the verdict. */
export async function checkFile(name: RecordedFile, options: FileCheckOptions): Promise<Verdict> {
  let verdict = await triedCheck(name, options);
  for (let tries = 1; tries < TRIES && verdict.findings.length > 0; tries++) {
    const state = stateOf(name, options);
    if (!state || state === verdict.name.state) break;
    // It was rotated meanwhile: another file has the name that was opened.
    verdict = await triedCheck({ ...name, state }, options);
  }
  return verdict;
}

function stateOf({ file, generation }: RecordedFile, { record }: FileCheckOptions): RecordedFile['state'] | undefined {
  return record.files(file).find((each) => each.generation === generation)?.state;
}

async function triedCheck(name: RecordedFile, options: FileCheckOptions): Promise<Verdict> {
  const blocks = new BlockList();
  try {
    return await check(name, options);
  } catch (error) {
    // Of one file, which must not keep the others from being checked; ours and the system's say why.
    if (!(error instanceof ForensicsError || (error as NodeJS.ErrnoException).errno)) throw error;
    return { name, blocks, intactBytes: 0, findings: [{ kind: 'unreadable', why: messageOf(error) }], notices: [] };
  }
}

async function check(name: RecordedFile, options: FileCheckOptions): Promise<Verdict> {
  const record = options.record.of(name);
  const file = await openStored(options.root, name);
  if (!file) return absent(name, record, pathsOf(options.root, name));
  try {
    const comparison = await compare(file, name, record, options);
    return await verdictOf(file, name, comparison);
  } finally {
    await file.handle.close();
  }
}

function absent(name: RecordedFile, { blocks }: FileRecord, paths: readonly string[]): Verdict {
  const isRemoved = name.state === 'removed';
  const findings: Finding[] = isRemoved || blocks.length === 0 ? [] : [{ kind: 'missing', paths }];
  const notices = isRemoved ? ['removed by the recorder, as its settings say'] : [];
  return { name, blocks, intactBytes: 0, findings, notices };
}

/** Reads on where a living writer has recorded more meanwhile, up to the end that the file had when it was first reached. */
async function compare(file: StoredFile, name: RecordedFile, record: FileRecord, options: FileCheckOptions): Promise<Comparison> {
  let comparison = await compareFrom(file, record, 0, options);
  const { contentBytes, index } = comparison;
  // What a living writer has appended since then is not part of the damage.
  if (name.state === 'current' && index < record.blocks.length) return { ...comparison, record: options.record.of(name) };
  for (let waits = 0; waits < TAIL_WAITS && options.record.isLive && isTail(name, comparison, contentBytes); waits++) {
    await delay(TAIL_WAIT_MS);
    // Rotated meanwhile: it is looked for under its new name.
    if (stateOf(name, options) !== name.state) break;
    const later = options.record.of(name);
    if (later.blocks.length > comparison.record.blocks.length) {
      comparison = await compareFrom(file, later, comparison.index, options);
    }
  }
  // What was appended while it read on is of blocks that are not recorded yet, and no tail.
  return { ...comparison, contentBytes };
}

function isTail({ state }: RecordedFile, { record: { blocks }, index, broken }: Comparison, contentBytes: number): boolean {
  return state === 'current' && !broken && index === blocks.length && contentBytes > blocks.offset(index);
}

async function compareFrom(
  file: StoredFile,
  record: FileRecord,
  start: number,
  { compared }: FileCheckOptions,
): Promise<Comparison> {
  const { blocks } = record;
  const fault = recordFault(blocks, record.previous, record.head);
  const run = new IntactRun(blocks, start, fault?.kind === 'cut' ? fault.index : blocks.length);
  let contentBytes = blocks.offset(start);
  try {
    for await (const chunk of contentOf(file, contentBytes)) {
      run.feed(chunk);
      contentBytes += chunk.length;
      compared(chunk.length);
      if (run.isBroken) break;
    }
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code?.startsWith('Z_')) throw error;
    return { record, fault, index: run.index, contentBytes, broken: messageOf(error) };
  }
  return { record, fault, index: run.index, contentBytes };
}

async function verdictOf(file: StoredFile, name: RecordedFile, comparison: Comparison): Promise<Verdict> {
  const { record, fault, index, contentBytes, broken } = comparison;
  const { blocks, head } = record;
  const findings: Finding[] = [];
  const limit = fault?.kind === 'cut' ? fault.index : blocks.length;
  if (broken) findings.push({ kind: 'packed', index, why: broken });
  else if (index < limit) findings.push(await damage(file, limited(blocks, limit), index));
  else if (!fault && contentBytes > endOf(record)) findings.push(await behind(file, name, record, contentBytes));
  if (fault) findings.push({ kind: 'record', fault });
  const start = blocks.length === 0 ? (head?.end ?? 0) : blocks.offset(0);
  const notices =
    start > 0 ? [`no block accounts for its first ${start} bytes: they were there before, or are no longer recorded`] : [];
  return { name, blocks, intactBytes: Math.max(0, blocks.offset(index) - start), findings, notices };
}

async function damage(file: StoredFile, blocks: BlockList, index: number): Promise<Finding> {
  const bytes = await openRandom(file);
  try {
    return { kind: 'damage', damage: damageOf(blocks, index, bytes) };
  } finally {
    await bytes.close();
  }
}

/** Behind the last block: a whole block that is known is no write that was cut short. */
async function behind(file: StoredFile, name: RecordedFile, record: FileRecord, contentBytes: number): Promise<Finding> {
  const { blocks } = record;
  const offset = endOf(record);
  const tail: Finding = { kind: 'tail', offset, bytes: contentBytes - offset };
  if (blocks.length === 0) return tail;
  const found = await damage(file, blocks, blocks.length);
  const isCopy = found.kind === 'damage' && found.damage.found !== undefined;
  return name.state === 'current' && !isCopy ? tail : found;
}

function endOf({ blocks, head }: FileRecord): number {
  return blocks.length === 0 ? (head?.end ?? 0) : blocks.offset(blocks.length);
}

function limited(blocks: BlockList, limit: number): BlockList {
  if (limit === blocks.length) return blocks;
  return BlockList.of(Array.from({ length: limit }, (_, index) => blocks.at(index)));
}
