import type { OutgoingRecord, Producer } from '@fleet-forensics/shared/bus/port';
import { hasCode, messageOf } from '@fleet-forensics/shared/error';

/** A refusal counts for so long, unless something is taken before: whoever is sent elsewhere meanwhile comes back and tries again. */
const COUNTS_MS = 15_000;

/** And at least so long: a spool that is almost full takes one record and refuses the next. */
const COUNTS_AT_LEAST_MS = 1000;

/** A producer that knows whether it can keep what comes now, by what became of the last sends. */
export class WatchedProducer implements Producer {
  readonly #producer: Producer;
  readonly #nowMs: () => number;
  #why: string | undefined;
  #refusedMs = 0;

  /** @param nowMs of a clock that never goes back */
  constructor(producer: Producer, nowMs: () => number = () => performance.now()) {
    this.#producer = producer;
    this.#nowMs = nowMs;
  }

  async send(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    try {
      await this.#producer.send(topic, records);
      if (this.#nowMs() - this.#refusedMs >= COUNTS_AT_LEAST_MS) this.#why = undefined;
    } catch (error) {
      if (hasCode(error, 'FF_LOG_UNAVAILABLE')) {
        this.#why = messageOf(error);
        this.#refusedMs = this.#nowMs();
      }
      throw error;
    }
  }

  /** Why events are refused now; undefined: they are taken, as far as that is known. */
  get refusal(): string | undefined {
    return this.#nowMs() - this.#refusedMs < COUNTS_MS ? this.#why : undefined;
  }
}
