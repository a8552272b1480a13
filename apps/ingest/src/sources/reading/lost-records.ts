import type { SessionBatch } from '@fleet-forensics/shared/wire/session-event';
import type { RareWarning } from '@fleet-forensics/shared/process/rare-warning';

/** Counts what was read and is in records that could not be written: nobody sends it again. */
export class LostRecords {
  readonly #counters: { lost: number };
  readonly #warning: RareWarning;
  readonly #describe: (lost: number) => string;
  #last: SessionBatch | null = null;

  /** @param describe what an operator is told, by the messages and criteria that are lost since the start */
  constructor(counters: { lost: number }, warning: RareWarning, describe: (lost: number) => string) {
    this.#counters = counters;
    this.#warning = warning;
    this.#describe = describe;
  }

  /** May be told of a record once for each piece that was read into it, if those come one after another. */
  add(batch: SessionBatch): void {
    if (batch === this.#last) return;
    this.#last = batch;
    this.#counters.lost += batch.messageCount + (batch.criterion ? 1 : 0);
    this.#warning.tell(this.#describe(this.#counters.lost));
  }
}
