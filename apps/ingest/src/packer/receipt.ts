import type { SessionBatch } from '@fleet-forensics/shared/wire/session-event';

/** Follows the records that hold its events. */
export interface RecordWatcher {
  /** One more record holds one of them. */
  await(): void;
  /** One of those records is durable. */
  done(): void;
  /** One of them could not be written, `batch`. All that watch it are told one after another. */
  failed(error: unknown, batch: SessionBatch): void;
}

/** What a request waits for: the records that hold its events. */
export class Receipt implements RecordWatcher {
  #pending = 0;
  #error: unknown;
  #hasFailed = false;
  #settle: (() => void) | undefined;

  /** True as soon as one of its records could not be written: the request is lost as a whole. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  await(): void {
    this.#pending += 1;
  }

  done(): void {
    this.#pending -= 1;
    if (this.#pending === 0) this.#settle?.();
  }

  failed(error: unknown): void {
    this.#error ??= error;
    this.#hasFailed = true;
    this.done();
  }

  /**
   * Resolves when all of them are durable. No event may be added to the request after that call.
   * @throws what the first one failed with, when the last one is done
   */
  async settled(): Promise<void> {
    if (this.#pending > 0) {
      await new Promise<void>((resolve) => {
        this.#settle = resolve;
      });
    }
    if (this.#hasFailed) throw this.#error;
  }
}
