/** The one clock of a run: the log's, and that of every process. It moves only when the run decides so. */
export class SimulatedClock {
  /** Milliseconds since 1970. */
  nowMs = 1_795_000_000_000;

  pass(ms: number): void {
    this.nowMs += ms;
  }
}
