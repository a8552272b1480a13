import type { Metric } from '../metrics/metric.ts';
import type { Log } from './log.ts';
import type { Traces } from './traces.ts';

/** What every process counts of itself, whatever it runs. */
export function processMetrics(log: Pick<Log, 'dropped'>, traces: Pick<Traces, 'counts'> | undefined): Metric[] {
  return [
    {
      kind: 'counter',
      name: 'forensic_log_lines_dropped_total',
      help: 'Lines of the log of the process that could not be written',
      read: () => log.dropped,
    },
    {
      kind: 'counter',
      name: 'forensic_spans_total',
      help: 'Spans of traces that were exported, that failed, and that were dropped because too many waited',
      label: 'outcome',
      read: () => {
        const { spansExported = 0, spansFailed = 0, spansDropped = 0 } = traces?.counts ?? {};
        return { exported: spansExported, failed: spansFailed, dropped: spansDropped };
      },
    },
  ];
}
