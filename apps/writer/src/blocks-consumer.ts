import type { Batch, Consumer, OutgoingRecord, Ownership, Producer } from '@fleet-forensics/shared/bus/port';
import { ForensicsError, hasCode, messageOf } from '@fleet-forensics/shared/error';
import type { Warn } from '@fleet-forensics/shared/process/log';
import { RareWarning } from '@fleet-forensics/shared/process/rare-warning';
import type { Traces } from '@fleet-forensics/shared/process/traces';
import { BLOCKS, DEAD_LETTERS, FILINGS } from '@fleet-forensics/shared/topics';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import { encodeFiling } from '@fleet-forensics/shared/wire/codec';
import { deadLetter } from '@fleet-forensics/shared/wire/dead-letter';
import type { BlockAssembly, UnfinishedBlock } from './block-assembly.ts';
import type { BlockWriter, PreparedBlocks } from './block-writer.ts';
import type { HeldFiles } from './file-writes.ts';
import type { FilingHealth } from './filing-health.ts';
import { FilingSpans } from './filing-spans.ts';
import type { Burial } from './journal.ts';
import type { PartRecord } from './part-store.ts';
import type { WholeBlock } from './whole-block.ts';
import type { WriterCounters } from './writer-counters.ts';

/** Blocks that are filed in one transaction: each may have a file of its own, and all are open. */
const MAX_SLICE_BLOCKS = 500;
/** Dead letters that are sent at once. */
const MAX_SENT_BYTES = 4 * 1024 * 1024;
/** How many files an error names that could not be written. */
const MAX_TOLD_FILES = 10;

export interface BlocksConsumerOptions {
  readonly assembly: BlockAssembly;
  readonly writer: BlockWriter;
  readonly producer: Producer;
  readonly health: FilingHealth;
  readonly counters: WriterCounters;
  /** Message lists that are filed in one transaction, bytes; a block over it is filed alone. */
  readonly sliceBytes: number;
  readonly warn: Warn;
  /** Undefined: nothing is traced. */
  readonly traces?: Traces | undefined;
}

/** What a batch came to. */
interface Outcome {
  /** Blocks that were in their files before, by file and id. */
  readonly repeats: Map<string, Filing>;
  readonly unusable: Unusable[];
  readonly held: HeldFiles;
}

/** Records for the dead letters. */
interface Unusable {
  readonly offsets: readonly number[];
  records(): Iterable<Pick<PartRecord, 'offset' | 'value'> & { readonly key: Uint8Array | null }>;
  readonly error: ForensicsError;
  readonly burial?: Burial;
}

/** Files the blocks of forensic.blocks: files first, then filings and dead letters, then the commit. */
export class BlocksConsumer {
  readonly #options: BlocksConsumerOptions;
  /** A path that holds what a client sent can be unsafe as often as it likes; the counter and the dead letters have all. */
  readonly #burialWarning: RareWarning;

  constructor(options: BlocksConsumerOptions) {
    this.#options = options;
    this.#burialWarning = new RareWarning(options.warn, () => performance.now());
  }

  /** Lets go of the parts that wait: the committed offset lies before the first of them, so they come again with the partition. */
  revoked(ownerships: readonly Ownership[]): void {
    for (const { partition } of ownerships) {
      this.#options.assembly.drop(partition);
      this.#options.health.goesOn(partition);
    }
  }

  /**
   * One batch of forensic.blocks. A record that can't be used goes to the dead letters and stops no other. A file that can't be
   * written now stops the commit, but not the blocks of other files.
   * @throws ForensicsError FF_FILING_FAILED if a file or the journal can't be written now, and what the bus throws: the batch may
   * come again
   */
  async take(batch: Batch, consumer: Consumer): Promise<void> {
    const { health } = this.#options;
    try {
      await this.#take(batch, consumer);
      health.goesOn(batch.partition);
    } catch (error) {
      health.waits(batch.partition, messageOf(error));
      throw error;
    }
  }

  async #take(batch: Batch, consumer: Consumer): Promise<void> {
    const { assembly, counters } = this.#options;
    const outcome: Outcome = { repeats: new Map(), unusable: [], held: new Map() };
    const whole = this.#assemble(batch, outcome);
    await this.#fileAll(whole, outcome, consumer);
    // Not before: while a file is held, what is said below would be said again at each attempt.
    if (outcome.held.size > 0) throw heldBatch(batch, outcome.held);
    await this.#say([...outcome.repeats.values()]);
    const overdue = assembly.overdue(batch.partition, batch.records.at(-1)!.timeMs);
    await this.#bury(batch, [...outcome.unusable, ...overdue]);
    counters.unfinished += overdue.length;
    for (const { id } of [...whole, ...overdue]) assembly.forget(batch.partition, id);
    const next = batch.records.at(-1)!.offset + 1;
    // Parts that wait may lie behind this batch: they came with a longer one that failed.
    const offset = Math.min(next, assembly.oldestOffset(batch.partition) ?? next);
    await consumer.commit(batch, { offset, metadata: '' });
  }

  #assemble(batch: Batch, { repeats, unusable }: Outcome): WholeBlock[] {
    const whole = new Map<string, WholeBlock>();
    for (const record of batch.records) {
      try {
        const { block, filings = [] } = this.#options.assembly.add(batch.partition, record);
        // Of two under one id, the first counts: the second asks for less (a request sent again after its session's end).
        if (block && !whole.has(block.id)) whole.set(block.id, block);
        for (const filing of filings) repeats.set(nameOf(filing), filing);
      } catch (error) {
        if (!hasCode(error, 'FF_BAD_RECORD')) throw error;
        unusable.push({ offsets: [record.offset], records: () => [record], error });
      }
    }
    this.#options.counters.repeated += repeats.size;
    return [...whole.values()];
  }

  async #fileAll(whole: readonly WholeBlock[], outcome: Outcome, consumer: Consumer): Promise<void> {
    const { writer, sliceBytes } = this.#options;
    for (const blocks of slices(whole, sliceBytes)) {
      // Formatted here and not in the writer's turn: meanwhile another partition's blocks are on their way to the disk.
      const spans = FilingSpans.begin(this.#options.traces, blocks);
      await this.#file(writer.prepare(blocks), outcome, spans);
      await consumer.heartbeat();
    }
  }

  async #file(prepared: PreparedBlocks, { repeats, unusable, held }: Outcome, spans: FilingSpans | undefined): Promise<void> {
    const filed = await this.#options.writer.file(prepared, held);
    for (const filing of filed.repeats) repeats.set(nameOf(filing), filing);
    for (const { block, error } of filed.refused) {
      unusable.push({ ...block, error });
      spans?.fail(block.id, error);
    }
    await this.#say(filed.filings);
    spans?.end(filed.filings);
  }

  async #say(filings: readonly Filing[]): Promise<void> {
    if (filings.length === 0) return;
    await this.#options.producer.send(
      FILINGS,
      filings.map((filing) => ({ key: Buffer.from(filing.file), value: encodeFiling(filing) })),
    );
  }

  async #bury(batch: Batch, unusable: readonly (Unusable | UnfinishedBlock)[]): Promise<void> {
    for (const { offsets, error } of unusable) {
      const where = `${BLOCKS}/${batch.partition} offset ${offsets.join(', ')}`;
      this.#burialWarning.tell(`${where} goes to ${DEAD_LETTERS}: ${error.code}: ${error.message}`);
    }
    let letters: OutgoingRecord[] = [];
    let bytes = 0;
    for (const unused of unusable) {
      for (const record of unused.records()) {
        letters.push(deadLetter(batch, record, unused.error));
        bytes += record.value.length;
        if (bytes < MAX_SENT_BYTES) continue;
        await this.#sendLetters(letters);
        letters = [];
        bytes = 0;
      }
    }
    await this.#sendLetters(letters);
    // So that a block of which only some parts come again does not wait for the others.
    const burials = unusable.flatMap(({ burial }) => burial ?? []);
    if (burials.length > 0) await this.#options.writer.bury(burials);
  }

  async #sendLetters(letters: readonly OutgoingRecord[]): Promise<void> {
    if (letters.length > 0) await this.#options.producer.send(DEAD_LETTERS, letters);
    this.#options.counters.deadLetters += letters.length;
  }
}

function nameOf({ file, blockId }: Filing): string {
  return `${file} ${Buffer.from(blockId).toString('hex')}`;
}

function heldBatch({ partition, records }: Batch, held: HeldFiles): ForensicsError {
  const errors = [...held.values()];
  const told = errors.slice(0, MAX_TOLD_FILES).map(({ message }) => message);
  if (errors.length > told.length) told.push(`and ${errors.length - told.length} more files`);
  const what = `${BLOCKS}/${partition} waits at offset ${records[0]!.offset}`;
  return new ForensicsError('FF_FILING_FAILED', `${what}: ${told.join('; ')}`, { cause: new AggregateError(errors) });
}

function* slices(blocks: readonly WholeBlock[], maxBytes: number): Generator<WholeBlock[]> {
  let slice: WholeBlock[] = [];
  let bytes = 0;
  for (const block of blocks) {
    if (slice.length === MAX_SLICE_BLOCKS || (slice.length > 0 && bytes + block.listBytes > maxBytes)) {
      yield slice;
      slice = [];
      bytes = 0;
    }
    slice.push(block);
    bytes += block.listBytes;
  }
  if (slice.length > 0) yield slice;
}
