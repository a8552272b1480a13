/** What the writer did since it started. Plain numbers, only ever growing. */
export class WriterCounters {
  /** Blocks in their file, once for each format. */
  filed = 0;
  filedBytes = 0;
  /** Blocks that came again and were in their file already. */
  repeated = 0;
  /** Files that the journal knows, with bytes behind its end, which were cut off. */
  tornTails = 0;
  /** Files that were not as the journal knows them, and were gone on with as they are: exchanged, restored, truncated. */
  adopted = 0;
  /** Files that got the name of their generation, so that a new one was begun. */
  rotated = 0;
  /** How often a file was due for that, and could not be renamed. */
  rotationsPutOff = 0;
  /** Rotated files that were compressed. */
  compressed = 0;
  /** Rotated files that were removed, as the settings say. */
  expired = 0;
  /** Blocks that went to the overflow file: there were too many files. */
  overflowed = 0;
  /** Signatures of heads of chains that were written. */
  signatures = 0;
  /** How often one could not be written; a later one makes up for it. */
  signatureFailures = 0;
  deadLetters = 0;
  /** Unfinished blocks that were given up (their parts are among the dead letters). */
  unfinished = 0;
  /** How often a file, or the journal, could not be written: its blocks come again. */
  failures = 0;
}
