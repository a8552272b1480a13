import { randomUUID } from 'node:crypto';
import type { BenchBroker } from './bench-broker.ts';
import { BufferChild } from './buffer-child.ts';
import { type Figures, figuresOf } from './figures.ts';
import { FLEET, fleetSessions } from '../fleet.ts';
import { prefill } from './prefill.ts';
import { trueLag } from './true-lag.ts';

const ROUNDS = 5;
const LINES = ROUNDS * FLEET.sessions * FLEET.linesPerSession;
const BLOCKS = ROUNDS * fleetSessions(FLEET).filter(({ fails }) => fails).length;
/** The buffer may have written ticks when it was done. */
const TICKS = 100;

/** What {@link drain} reads. */
export function prefillForDrain({ bus }: BenchBroker): Promise<void> {
  return prefill(bus, FLEET, ROUNDS);
}

/** A new process in a new group folds the whole topic, until every block and every position is acknowledged. */
export async function drain({ address }: BenchBroker): Promise<Figures> {
  const group = `drain-${randomUUID()}`;
  const buffer = new BufferChild({ broker: address, group, lines: LINES });
  try {
    await buffer.told('folded');
    const done = await buffer.close();
    const lag = await trueLag(address, group);
    if (done.lines !== LINES || done.blocks !== BLOCKS || lag > TICKS) {
      throw new Error(`drained ${done.lines} of ${LINES} lines, ${done.blocks} of ${BLOCKS} blocks, ${lag} records left`);
    }
    return figuresOf(LINES, done);
  } finally {
    await buffer.kill();
  }
}
