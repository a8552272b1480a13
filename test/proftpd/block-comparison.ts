import { diff } from 'node:util';
import type { FiledBlock } from '@fleet-forensics/standalone/filed-block';

/** Both modules read the clock, one after the other; upstream has written its whole block in between, with three calls a line. */
const ELAPSED_WITHIN_MS = 100;
/** Of one block; more are counted. */
const DIFFERENCES_SHOWN = 40;

/**
 * That ProFTPD tells one of the two modules of the criterion. Each module writes its block when it is told: whether it has these messages depends on
 * which module was loaded first, and the newest one is missing in upstream's block at any rate, and opens its next one.
 */
const TOLD = /dispatching (?:event 'core\.exit'|LOG_CMD_ERR command 'PASS \(hidden\)') to mod_(?:log|fleet)_forensics?\b/;

/** A block of mod_log_forensic's beside ours of the same criterion. Lines by which a module is told of the criterion are left out. */
export interface BlockComparison {
  /** Of upstream's block, older than our first line. */
  readonly olderUpstream: readonly string[];
  /** Of our block, older than upstream's first line. */
  readonly older: readonly string[];
  /** Everything else that differs, `- ` upstream's and `+ ` ours, to be read by people; empty: nothing. */
  readonly differences: readonly string[];
}

/** @param upstream as parseUpstreamFile gives it */
export function compareBlocks(upstream: FiledBlock, ours: FiledBlock): BlockComparison {
  const theirLines = upstream.lines.filter((line) => !TOLD.test(line));
  const ourLines = ours.lines.filter((line) => !TOLD.test(line));
  // Both end at the criterion; how far back they go is a matter of the rings and of when each module's session began.
  const shared = Math.min(theirLines.length, ourLines.length);
  const [theirStart, ourStart] = [theirLines.length - shared, ourLines.length - shared];
  return {
    olderUpstream: theirLines.slice(0, theirStart),
    older: ourLines.slice(0, ourStart),
    differences: [...differingHeads(upstream, ours), ...differingLines(theirLines.slice(theirStart), ourLines.slice(ourStart))],
  };
}

function differingHeads(upstream: FiledBlock, ours: FiledBlock): string[] {
  return differingLines(headOf(upstream), withElapsedOf(upstream, headOf(ours)));
}

function headOf({ marker, headers }: FiledBlock): string[] {
  return [marker, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
}

/** Ours, with upstream's elapsed time where the two are close. */
function withElapsedOf(upstream: FiledBlock, head: readonly string[]): string[] {
  const elapsedMs = Number(upstream.headers['Elapsed']);
  return head.map((line) => {
    const [, ours] = /^Elapsed: (\d+)$/.exec(line) ?? [];
    return Math.abs(Number(ours) - elapsedMs) <= ELAPSED_WITHIN_MS ? `Elapsed: ${elapsedMs}` : line;
  });
}

function differingLines(upstream: readonly string[], ours: readonly string[]): string[] {
  // Node's diff throws at two empty lists.
  if (upstream.length + ours.length === 0) return [];
  const changes = diff(upstream, ours).filter(([operation]) => operation !== 0);
  const shown = changes.slice(0, DIFFERENCES_SHOWN).map(([operation, line]) => `${operation === 1 ? '-' : '+'} ${line}`);
  return changes.length > shown.length ? [...shown, `… and ${changes.length - shown.length} more`] : shown;
}
