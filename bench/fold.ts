import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { encodeBlock } from '@fleet-forensics/buffer/fold/block';
import { PartitionFold } from '@fleet-forensics/buffer/fold/partition-fold';
import { FLEET, packedRecords } from './fleet.ts';

/** Folds packed records that are in memory, blocks encoded: lines per second. */
export function foldLines(): number {
  const { records } = packedRecords(FLEET);
  const bus = records.map((value, offset) => ({ offset, timeMs: 1_795_000_000_000 + offset, key: null, value }));
  const fold = new PartitionFold(0, 0, 0);
  const start = performance.now();
  let blockBytes = 0;
  for (const record of bus) {
    for (const effect of fold.apply(record)) {
      if (effect.kind === 'block') for (const part of encodeBlock(effect.block)) blockBytes += part.length;
    }
  }
  const seconds = (performance.now() - start) / 1000;
  if (blockBytes === 0 || fold.counters.messages !== FLEET.sessions * FLEET.linesPerSession)
    throw new Error('the fold lost messages');
  return fold.counters.messages / seconds;
}

/** Resident bytes per byte of message text in rings that are all full. */
export function ringMemory(): number {
  const fleet = { ...FLEET, sessions: 1000, linesPerSession: 1500, failureRate: 0, concurrency: 100 };
  const { records, textBytes } = packedRecords(fleet, undefined, false);
  const kept = textBytes * (1024 / fleet.linesPerSession);
  const fold = new PartitionFold(0, 0, 0);
  collect();
  const before = occupied();
  for (const [offset, value] of records.entries()) fold.apply({ offset, timeMs: 1_795_000_000_000, key: null, value });
  collect();
  const grown = occupied() - before;
  // Also keeps the records themselves alive, and so out of the difference.
  if (fold.sessionCount !== fleet.sessions || fold.position !== records.length) throw new Error('sessions were lost');
  return grown / kept;
}

// Full collections are part of the measure of memory; new contexts have `gc` from here on.
setFlagsFromString('--expose-gc');
const collectOnce = runInNewContext('gc') as () => void;

function collect(): void {
  collectOnce();
  collectOnce();
}

function occupied(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
