import type { Batch, BusRecord, Consumer, OutgoingRecord, Ownership, Producer } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { BLOCKS, DEAD_LETTERS, FILINGS } from '@fleet-forensics/shared/topics';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import { encodeFiling } from '@fleet-forensics/shared/wire/codec';
import { deadLetter } from '@fleet-forensics/shared/wire/dead-letter';
import type { BlockAssembly, WholeBlock } from './block-assembly.ts';
import type { BlockWriter } from './block-writer.ts';
import type { WriterCounters } from './writer-counters.ts';

/**
 * Bounds of what is filed in one transaction: the formatted text is held in memory, each file is open, and nothing else happens in
 * the process meanwhile (some 10 ms).
 */
const MAX_SLICE_BLOCKS = 50;
const MAX_SLICE_BYTES = 32 * 1024 * 1024;
/** How many files an error names that could not be written. */
const MAX_TOLD_FILES = 10;

export interface BlocksConsumerOptions {
  readonly assembly: BlockAssembly;
  readonly writer: BlockWriter;
  readonly producer: Producer;
  readonly counters: WriterCounters;
  readonly warn: (message: string) => void;
}

/** What a batch came to. */
interface Outcome {
  /** Blocks that were in their file before, by id. */
  readonly repeats: Map<string, Filing>;
  readonly unusable: Unusable[];
  /** Files that can't be written now, as the policies spell them. */
  readonly held: Map<string, ForensicsError>;
}

/** Records for the dead letters. */
interface Unusable {
  readonly records: readonly Pick<BusRecord, 'offset' | 'key' | 'value'>[];
  readonly error: ForensicsError;
}

/** Files the blocks of forensic.blocks: files first, then filings and dead letters, then the commit. */
export class BlocksConsumer {
  readonly #options: BlocksConsumerOptions;

  constructor(options: BlocksConsumerOptions) {
    this.#options = options;
  }

  /** Lets go of the parts that wait: the committed offset lies before the first of them, so they come again with the partition. */
  revoked(ownerships: readonly Ownership[]): void {
    for (const { partition } of ownerships) this.#options.assembly.drop(partition);
  }

  /**
   * One batch of forensic.blocks. A record that can't be used goes to the dead letters and stops no other. A file that can't be
   * written now stops the commit, but not the blocks of other files.
   * @throws ForensicsError FF_FILING_FAILED if a file or the journal can't be written now, and what the bus throws: the batch may
   * come again
   */
  async take(batch: Batch, consumer: Consumer): Promise<void> {
    const { assembly, counters } = this.#options;
    const outcome: Outcome = { repeats: new Map(), unusable: [], held: new Map() };
    const whole = this.#assemble(batch, outcome);
    for (const blocks of slices(whole)) {
      await this.#file(blocks, outcome);
      await consumer.heartbeat();
    }
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
        const { block, filing } = this.#options.assembly.add(batch.partition, record);
        // Of two under one id, the first counts: the second asks for less (a request sent again after its session's end).
        if (block && !whole.has(block.id)) whole.set(block.id, block);
        if (filing) repeats.set(Buffer.from(filing.blockId).toString('hex'), filing);
      } catch (error) {
        if (!(error instanceof ForensicsError)) throw error;
        unusable.push({ records: [record], error });
      }
    }
    this.#options.counters.repeated += repeats.size;
    return [...whole.values()];
  }

  async #file(slice: readonly WholeBlock[], { repeats, unusable, held }: Outcome): Promise<void> {
    // A file that failed once is left alone, so that its blocks stay in order.
    const blocks = slice.filter(({ header }) => !held.has(header.file));
    if (blocks.length === 0) return;
    const filed = this.#options.writer.file(blocks);
    for (const filing of filed.repeats) repeats.set(Buffer.from(filing.blockId).toString('hex'), filing);
    for (const { block, error } of filed.refused) unusable.push({ records: block.records, error });
    for (const { block, error } of filed.held) held.set(block.header.file, error);
    await this.#say(filed.filings);
  }

  async #say(filings: readonly Filing[]): Promise<void> {
    if (filings.length === 0) return;
    await this.#options.producer.send(
      FILINGS,
      filings.map((filing) => ({ key: Buffer.from(filing.file), value: encodeFiling(filing) })),
    );
  }

  async #bury(batch: Batch, unusable: readonly Unusable[]): Promise<void> {
    const letters: OutgoingRecord[] = [];
    for (const { records, error } of unusable) {
      const offsets = records.map(({ offset }) => offset).join(', ');
      this.#options.warn(
        `${BLOCKS}/${batch.partition} offset ${offsets} goes to ${DEAD_LETTERS}: ${error.code}: ${error.message}`,
      );
      for (const record of records) letters.push(deadLetter(batch, record, error));
    }
    if (letters.length > 0) await this.#options.producer.send(DEAD_LETTERS, letters);
    this.#options.counters.deadLetters += letters.length;
  }
}

function heldBatch({ partition, records }: Batch, held: ReadonlyMap<string, ForensicsError>): ForensicsError {
  const errors = [...held.values()];
  const told = errors.slice(0, MAX_TOLD_FILES).map(({ message }) => message);
  if (errors.length > told.length) told.push(`and ${errors.length - told.length} more files`);
  const what = `${BLOCKS}/${partition} waits at offset ${records[0]!.offset}`;
  return new ForensicsError('FF_FILING_FAILED', `${what}: ${told.join('; ')}`, { cause: new AggregateError(errors) });
}

function* slices(blocks: readonly WholeBlock[]): Generator<WholeBlock[]> {
  let slice: WholeBlock[] = [];
  let bytes = 0;
  for (const block of blocks) {
    if (slice.length === MAX_SLICE_BLOCKS || (slice.length > 0 && bytes + block.messages.length > MAX_SLICE_BYTES)) {
      yield slice;
      slice = [];
      bytes = 0;
    }
    slice.push(block);
    bytes += block.messages.length;
  }
  if (slice.length > 0) yield slice;
}
