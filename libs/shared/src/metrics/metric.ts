import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Numbers by the value of a label. */
export type Labelled = Readonly<Record<string, number>>;

/** A number that is kept anyway and read when somebody asks for it: nothing is paid for it where it is counted. */
export interface ReadMetric {
  /** A counter never goes back while the process runs, and its name ends with `_total`. */
  readonly kind: 'counter' | 'gauge';
  readonly name: `forensic_${string}`;
  readonly help: string;
  /** What {@link read} tells numbers by: a closed set that the project knows, never a session, an address, a user, a node or a file. */
  readonly label?: string;
  /** Undefined: it is not known now, and left out. */
  readonly read: () => number | Labelled | undefined;
}

/** Of a service, and of one process all of them: those of one name are one metric. */
export type Metric = ReadMetric | Histogram;

/**
 * A histogram of durations in seconds. It is observed where the duration ends, so it is for what happens per block or per
 * partition, not per line.
 * @param buckets upper bounds, seconds, growing
 */
export function durationHistogram(name: `forensic_${string}_seconds`, help: string, buckets: readonly number[]): Histogram {
  return new Histogram({ name, help, buckets: [...buckets], registers: [] });
}

/** Has the registry read the metrics at every scrape. @throws Error if two of one name differ in kind or label */
export function registerMetrics(registry: Registry, metrics: readonly Metric[]): void {
  const rows = new Map<string, ReadMetric[]>();
  for (const metric of metrics) {
    if (metric instanceof Histogram) registry.registerMetric(metric);
    else rows.set(metric.name, [...(rows.get(metric.name) ?? []), metric]);
  }
  for (const ofName of rows.values()) registerRows(registry, ofName);
}

function registerRows(registry: Registry, rows: readonly ReadMetric[]): void {
  const { kind, name, help, label } = rows[0]!;
  if (rows.some((row) => row.kind !== kind || row.label !== label)) throw new Error(`${name} has two kinds or labels`);
  const options = { name, help, labelNames: label === undefined ? [] : [label], registers: [registry], collect };
  const metric = kind === 'counter' ? new Counter(options) : new Gauge(options);

  function collect(): void {
    metric.reset();
    // What has no label is told as 0 after that, also while it is not known.
    if (label === undefined) metric.remove();
    for (const { read } of rows) {
      const value = readNow(read);
      if (typeof value === 'number') metric.inc(value);
      else for (const [of, number] of Object.entries(value ?? {})) metric.inc({ [label!]: of }, number);
    }
  }
}

/** What can't be read now (a file that is gone, a log that is closed) is left out, and the others are told all the same. */
function readNow(read: ReadMetric['read']): ReturnType<ReadMetric['read']> {
  try {
    return read();
  } catch {
    return undefined;
  }
}
