import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { FLEET_ALIVE, LINES_ALIVE } from '../fleet.ts';
import type { BenchBroker } from './bench-broker.ts';
import { BufferChild } from './buffer-child.ts';
import { prefill } from './prefill.ts';
import { trueLag } from './true-lag.ts';

/** Short: the broker's patience with the killed process is no part of the measure. */
const ENVIRONMENT = { FF_KAFKA_SESSION_TIMEOUT_MS: '1000', FF_BUFFER_COMMIT_MS: '0' };

/** What {@link restoreLines} reads. */
export function prefillForRestore({ bus }: BenchBroker): Promise<void> {
  return prefill(bus, FLEET_ALIVE, 1, false);
}

/** Lines per second of a new process from its assignment until it has every ring of one that was killed with a million lines in them. */
export async function restoreLines({ address: broker }: BenchBroker): Promise<number> {
  const options = { broker, group: `restore-${randomUUID()}`, lines: LINES_ALIVE, environment: ENVIRONMENT };
  const killed = new BufferChild(options);
  try {
    await killed.told('folded');
    while ((await trueLag(broker, options.group)) > 0) await pause(20);
  } finally {
    await killed.kill();
  }
  const restoring = new BufferChild(options);
  try {
    const { lines, seconds } = await restoring.told('restored');
    if (lines !== LINES_ALIVE) throw new Error(`restored ${lines} of ${LINES_ALIVE} lines`);
    return lines / seconds;
  } finally {
    await restoring.kill();
  }
}
