/** What a buffer wrote to the log since it started, beside blocks: plain numbers, for metrics. */
export interface BufferCounters {
  checkpointsWritten: number;
  /** Of their values. */
  checkpointBytes: number;
  deadLetters: number;
}

export function noBufferCounts(): BufferCounters {
  return { checkpointsWritten: 0, checkpointBytes: 0, deadLetters: 0 };
}
