/** What the writer did since it started. Plain numbers, only ever growing. */
export class WriterCounters {
  /** Blocks appended to their file. */
  filed = 0;
  filedBytes = 0;
  /** Blocks that came again and were in their file already. */
  repeated = 0;
  /** Files with bytes behind the journal's end, which were cut off. */
  tornTails = 0;
  /** Files that were shorter than the journal says: rotated, truncated or removed. */
  shortened = 0;
  deadLetters = 0;
  /** Unfinished blocks that were given up (their parts are among the dead letters). */
  unfinished = 0;
  /** Batches that failed and were left to come again. */
  failures = 0;
}
