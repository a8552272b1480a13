/** What ingest has done since it started: plain numbers, for metrics. */
export class Counters {
  /** Lines (or elements, or protobuf batches) taken. */
  accepted = 0;
  /** By the code in the answer. The codes are a closed set, so this can't grow. */
  readonly rejectedByCode: Record<string, number> = {};
  /** Events taken of which nothing is published: the engine is off, or the type is not captured. */
  ignored = 0;
  /**
   * Numbers of messages not captured that were forgotten with their session, idle beyond `FF_INGEST_SESSIONS`, before a record
   * told them: its next block calls them missing.
   */
  forgottenNotCaptured = 0;
  /** Messages packed. */
  messages = 0;
  /** Records that became durable, and the bytes of their values. */
  batches = 0;
  batchBytes = 0;
  /** Records that could not be written; their requests were answered with 503. */
  failedBatches = 0;
  /** Requests answered with 429. */
  overloaded = 0;

  rejected(code: string): void {
    this.rejectedByCode[code] = (this.rejectedByCode[code] ?? 0) + 1;
  }
}
