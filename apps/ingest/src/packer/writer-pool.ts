import { MessageListWriter } from '@fleet-forensics/shared/wire/message-list-writer';

/** Writers that wait for their next list. */
const MAX_FREE = 1024;

/** A writer of a longer list is let go, so that one burst does not stay in memory: free writers hold at most 64 MiB. */
const MAX_KEPT_BYTES = 32 * 1024;

/** Message list writers, used again: each has a buffer that grew to what its lists need. */
export class WriterPool {
  readonly #free: MessageListWriter[] = [];

  take(): MessageListWriter {
    return this.#free.pop() ?? new MessageListWriter();
  }

  /** Its list is not needed any more. */
  giveBack(writer: MessageListWriter): void {
    if (this.#free.length >= MAX_FREE || writer.byteLength > MAX_KEPT_BYTES) return;
    writer.clear();
    this.#free.push(writer);
  }
}
