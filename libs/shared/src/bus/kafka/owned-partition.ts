import { ForensicsError } from '../../error.ts';
import { PartitionDelivery, type DeliveryTerms } from '../partition-delivery.ts';
import type { BusRecord, OffsetRange, Ownership, PartitionId } from '../port.ts';
import { decode } from './batch-decoder.ts';
import type { Fetch } from './client-calls.ts';
import { FetchBuffer, type Tap } from './fetch-buffer.ts';

/** How long a fetch may wait for room in the buffer of a slow partition before that one is left out of the next fetches. */
const PATIENCE_MS = 100;

export interface OwnedPartitionParts {
  readonly tap: Tap;
  readonly terms: DeliveryTerms;
  /** Record bytes over which no more are fetched. */
  readonly capacityBytes: number;
  readonly offsets: (id: PartitionId) => Promise<OffsetRange>;
}

/** A partition from its assignment to its end: the buffer that fetches fill, and the delivery that empties it. */
export class OwnedPartition {
  readonly ownership: Ownership;
  readonly delivery: PartitionDelivery;
  readonly #buffer: FetchBuffer;
  readonly #parts: OwnedPartitionParts;
  #state: 'assigning' | 'open' | 'stopped' = 'assigning';
  #isLost = false;

  /** @param position of the first record to hand over, unless one seeks before it is opened */
  constructor(ownership: Ownership, position: number, parts: OwnedPartitionParts) {
    this.ownership = ownership;
    this.#parts = parts;
    this.#buffer = new FetchBuffer(ownership, position, parts.capacityBytes, parts.tap);
    this.delivery = new PartitionDelivery(this.#buffer, ownership, position, parts.terms);
  }

  /** True if another member may own it already. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** The handler has taken it over: records come. */
  open(): void {
    if (this.#state !== 'assigning') return;
    this.#state = 'open';
    this.#buffer.open();
    this.delivery.start();
  }

  /** The group has left it to us: kafkajs begins again at the committed offset, we go on. */
  keep(): void {
    if (this.#state === 'open') this.#buffer.refetch();
    else this.#buffer.pause();
  }

  /** Waits for the batch that is running; no other comes. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#buffer.pause();
    await this.delivery.stop();
  }

  lose(): void {
    this.#isLost = true;
    // Who releases it waits for the same stop, and hears of what goes wrong in it.
    void this.stop();
  }

  async take(fetch: Fetch): Promise<void> {
    if (this.#state !== 'open') return this.#buffer.pause();
    if (fetch.from !== this.#buffer.next) return this.#reposition();
    const giveUpAt = performance.now() + PATIENCE_MS;
    for (const batch of fetch.batches) {
      const { next } = this.#buffer;
      const decoded = decode(this.ownership, batch, this.#parts.terms.failed);
      const records = decoded instanceof Promise ? await decoded : decoded;
      if (!this.#accept(records, next, batch.lastOffset, fetch)) return;
      if (!this.#buffer.hasRoom && !(await this.#buffer.room(giveUpAt - performance.now()))) {
        this.#buffer.pause();
        this.#buffer.refetch();
        return;
      }
    }
  }

  /** False if there was a seek or an end since the batch was asked for: it is not what comes next any more. */
  #accept(records: readonly BusRecord[], expected: number, lastOffset: number, fetch: Fetch): boolean {
    if (this.#state !== 'open' || this.#buffer.next !== expected) return false;
    this.#buffer.push(records, Math.max(expected, lastOffset + 1), fetch.end);
    fetch.done(lastOffset);
    return true;
  }

  /** A fetch began elsewhere than it should: before a seek took effect, or where the log had to be entered anew. */
  async #reposition(): Promise<void> {
    const { next } = this.#buffer;
    const { begin, end } = await this.#parts.offsets(this.ownership);
    if (this.#state !== 'open' || this.#buffer.next !== next) return;
    if (next < begin) {
      this.#parts.terms.failed(expired(this.ownership, next, begin));
      this.#buffer.skipTo(begin);
    } else if (next > end) {
      this.#parts.terms.failed(truncated(this.ownership, next, end));
      this.delivery.seek(begin);
    } else this.#buffer.refetch();
  }
}

function expired({ topic, partition }: PartitionId, next: number, begin: number): ForensicsError {
  return new ForensicsError(
    'FF_RECORDS_EXPIRED',
    `${topic}/${partition}: retention has deleted offsets ${next} to ${begin - 1} before they were read. ` +
      'Give the topic a longer retention, or its consumers more machines',
  );
}

function truncated({ topic, partition }: PartitionId, next: number, end: number): ForensicsError {
  return new ForensicsError(
    'FF_LOG_TRUNCATED',
    `${topic}/${partition} ends at offset ${end}, but offset ${next - 1} has been there: the topic was made anew, or a replica ` +
      'without the latest records became its leader. It is read from its beginning',
  );
}
