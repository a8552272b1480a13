import type { Batch, BusRecord, Consumer, OutgoingRecord, Ownership, Producer } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { BLOCKS, DEAD_LETTERS, FILINGS } from '@fleet-forensics/shared/topics';
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

export interface BlocksConsumerOptions {
  readonly assembly: BlockAssembly;
  readonly writer: BlockWriter;
  readonly producer: Producer;
  readonly counters: WriterCounters;
  readonly warn: (message: string) => void;
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
   * One batch of forensic.blocks. A record that can't be used goes to the dead letters and stops no other.
   * @throws ForensicsError FF_FILING_FAILED if a file or the journal can't be written now, and what the bus throws: the batch may
   * come again
   */
  async take(batch: Batch, consumer: Consumer): Promise<void> {
    const { assembly } = this.#options;
    const letters: OutgoingRecord[] = [];
    const whole = this.#assemble(batch, letters);
    for (const blocks of slices(whole)) {
      await this.#file(batch, blocks, letters);
      await consumer.heartbeat();
    }
    const overdue = assembly.overdue(batch.partition, batch.records.at(-1)!.timeMs);
    for (const { error, records } of overdue) this.#bury(batch, records, error, letters);
    if (letters.length > 0) await this.#options.producer.send(DEAD_LETTERS, letters);
    this.#options.counters.deadLetters += letters.length;
    this.#options.counters.unfinished += overdue.length;
    for (const { id } of [...whole, ...overdue]) assembly.forget(batch.partition, id);
    const next = batch.records.at(-1)!.offset + 1;
    await consumer.commit(batch, { offset: assembly.oldestOffset(batch.partition) ?? next, metadata: '' });
  }

  #assemble(batch: Batch, letters: OutgoingRecord[]): WholeBlock[] {
    const whole = new Map<string, WholeBlock>();
    for (const record of batch.records) {
      try {
        const block = this.#options.assembly.add(batch.partition, record);
        if (block) whole.set(block.id, block);
      } catch (error) {
        if (!(error instanceof ForensicsError)) throw error;
        this.#bury(batch, [record], error, letters);
      }
    }
    return [...whole.values()];
  }

  async #file(batch: Batch, blocks: readonly WholeBlock[], letters: OutgoingRecord[]): Promise<void> {
    const { filings, refused } = this.#options.writer.file(blocks);
    for (const { block, error } of refused) this.#bury(batch, block.records, error, letters);
    await this.#options.producer.send(
      FILINGS,
      filings.map((filing) => ({ key: Buffer.from(filing.file), value: encodeFiling(filing) })),
    );
  }

  #bury(
    batch: Batch,
    records: readonly Pick<BusRecord, 'offset' | 'key' | 'value'>[],
    error: ForensicsError,
    letters: OutgoingRecord[],
  ): void {
    const offsets = records.map(({ offset }) => offset).join(', ');
    this.#options.warn(`${BLOCKS}/${batch.partition} offset ${offsets} goes to ${DEAD_LETTERS}: ${error.code}: ${error.message}`);
    for (const record of records) letters.push(deadLetter(batch, record, error));
  }
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
