import { RETRY_DELAY_MS, type RetryDelayMs } from '../retry-delay.ts';

/** How an embedded log is opened. What is left out takes its default. */
export interface EmbeddedLogOptions {
  /** The log's own directory; made with mode 0700 if it is missing. */
  readonly dir: string;
  /** The log's clock, milliseconds since 1970. Default: Date.now. A step back never makes a record time go back. */
  readonly now?: () => number;
  /**
   * Bytes that the log's file may reach, 0 = no bound (the default). At the bound sends fail with FF_LOG_UNAVAILABLE until
   * retention has made room. The write-ahead log, 16 MiB and one transaction at most, comes on top.
   */
  readonly maxFileBytes?: number;
  /** Bytes of records that may wait to be written; a send beyond fails with FF_LOG_UNAVAILABLE. Default 256 MiB. */
  readonly maxQueuedBytes?: number;
  /** Pause between two runs of retention, milliseconds. Default 10,000. */
  readonly retentionIntervalMs?: number;
  /** Pause before what a handler rejected comes again, milliseconds: the first one, doubled up to the last. Default 100 to 5000. */
  readonly retryDelayMs?: RetryDelayMs;
  /** Told of what went wrong in the background (retention) and is tried again. Default: a process warning. Must not throw. */
  readonly failed?: (error: unknown) => void;
}

/** The options with every default filled in. */
export function withDefaults(options: EmbeddedLogOptions): Required<EmbeddedLogOptions> {
  return {
    now: Date.now,
    maxFileBytes: 0,
    maxQueuedBytes: 256 * 1024 * 1024,
    retentionIntervalMs: 10_000,
    retryDelayMs: RETRY_DELAY_MS,
    failed: (error) => process.emitWarning(error instanceof Error ? error : String(error)),
    ...options,
  };
}
