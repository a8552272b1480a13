import type { NodeCounts } from '@fleet-forensics/shared/proftpd/node-logs';
import type { PublishSummary } from './tally.ts';
import { printable } from './terminal.ts';

/** What a publish did, in lines for stderr. `logs`: what was found in ProFTPD's logs, if that was the source. */
export function describeSummary(summary: PublishSummary, logs?: NodeCounts): string {
  const { events, accepted, rejected, rejectedByCode, rejections, retries, seconds } = summary;
  const lines = rejections.map(({ origin, code, error }) => printable(`${origin}: ${code}: ${error}`));
  if (rejected > rejections.length) lines.push(`… and ${rejected - rejections.length} more`);
  if (logs) lines.push(...describeLogs(logs));
  lines.push(`${events} events in ${seconds.toFixed(1)} s: ${accepted} accepted, ${rejected} rejected${byCode(rejectedByCode)}`);
  if (retries > 0) lines.push(`${retries} requests were repeated because the server was busy`);
  return lines.map((line) => `${line}\n`).join('');
}

/** How far a publish is. */
export function progressLine({ events, accepted, rejected }: PublishSummary): string {
  return `${events} events read, ${accepted} accepted, ${rejected} rejected`;
}

function describeLogs(counts: NodeCounts): string[] {
  const lines = [`${counts.lines} lines read: ${counts.sessions} sessions, ${counts.criteria} criteria`];
  const leftOut: readonly (readonly [number, string])[] = [
    [counts.daemonLines, "lines of the daemon's own process were left out"],
    [counts.unclaimedLines, 'lines without PID were left out: their session was not found'],
    [counts.orphanLines, 'lines were left out: a log begins with them, in the middle of a message'],
    [counts.forgottenSessions, 'sessions were given up because too many were open at once'],
  ];
  for (const [count, what] of leftOut) if (count > 0) lines.push(`${count} ${what}`);
  return lines;
}

function byCode(counts: ReadonlyMap<string, number>): string {
  const parts = [...counts].map(([code, count]) => `${printable(code)} ${count}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
