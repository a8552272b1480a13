import type { Output } from './terminal.ts';

/** Short input says nothing but its summary. */
const QUIET_SECONDS = 2;
const TERMINAL_PERIOD_SECONDS = 0.2;
/** Where lines can't be rewritten, e.g. in a job's log. */
const LINE_PERIOD_SECONDS = 5;

const REWRITE = '\r\u001b[K';

/** Shows how far a long command is. */
export class Progress {
  readonly #output: Output;
  #nextSeconds = QUIET_SECONDS;
  #shown = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** @param seconds since the command began @param line what is done by then */
  show(seconds: number, line: string): void {
    if (seconds < this.#nextSeconds) return;
    const terminal = this.#output.isTTY === true;
    this.#nextSeconds = seconds + (terminal ? TERMINAL_PERIOD_SECONDS : LINE_PERIOD_SECONDS);
    const timed = `${line}, ${Math.round(seconds)} s`;
    this.#output.write(terminal ? `${REWRITE}${timed}` : `${timed}\n`);
    this.#shown = terminal;
  }

  /** Leaves the terminal's line free for what comes next. */
  clear(): void {
    if (this.#shown) this.#output.write(REWRITE);
    this.#shown = false;
  }
}
