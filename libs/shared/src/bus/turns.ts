/**
 * Lets one waiter go on per turn of the event loop, in the order in which they came: however much there is to deliver, sends,
 * timers and sockets get their share between two batches.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) setImmediate(() => this.#grant());
    });
  }

  #grant(): void {
    this.#waiting.shift()?.();
    if (this.#waiting.length > 0) setImmediate(() => this.#grant());
  }
}
