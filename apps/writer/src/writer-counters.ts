import { durationHistogram } from '@fleet-forensics/shared/metrics/metric';

/** Seconds: records are packed and batched for milliseconds; a writer that was away files what is hours old. */
const LATENCY_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600];

/** The clocks of nodes are what they are: one that is years behind must not spoil the sum for good. */
const MAX_LATENCY_S = 86_400;

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
  removed = 0;
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
  /** Private: what enumerates the counters finds numbers only. */
  readonly #criterionToFile = durationHistogram(
    'forensic_writer_criterion_to_file_seconds',
    "From the time of a block's criterion, by the clock of its publisher, to the time it is durable in its file, by the writer's; without blocks whose publisher gave no time",
    LATENCY_BUCKETS,
  );

  get criterionToFile(): ReturnType<typeof durationHistogram> {
    return this.#criterionToFile;
  }

  /**
   * A block is durable in its file.
   * @param criterionUs time of its criterion by its publisher's clock, microseconds since 1970; 0: it gave none
   * @param filedUs by our own
   */
  durable(criterionUs: number, filedUs: number): void {
    if (criterionUs === 0) return;
    this.#criterionToFile.observe(Math.min(MAX_LATENCY_S, Math.max(0, filedUs - criterionUs) / 1e6));
  }
}
