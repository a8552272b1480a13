/** What the writer did since it started. Plain numbers, only ever growing. */
export class WriterCounters {
  /** Blocks appended to their file. */
  filed = 0;
  filedBytes = 0;
  /** Blocks that came again and were in their file already. */
  repeated = 0;
  /** Files that the journal knows, with bytes behind its end, which were cut off. */
  tornTails = 0;
  /** Files that were not as the journal knows them, and were gone on with as they are: rotated, restored, exchanged, truncated. */
  adopted = 0;
  deadLetters = 0;
  /** Unfinished blocks that were given up (their parts are among the dead letters). */
  unfinished = 0;
  /** How often a file, or the journal, could not be written: its blocks come again. */
  failures = 0;
}
