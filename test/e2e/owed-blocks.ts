import { expect } from 'vitest';
import { isOwed, publishedLines } from './driven-session.ts';
import type { KafkaFleet } from './kafka-fleet.ts';
import type { Load } from './load.ts';

/** Each session of a load that is owed a block gets it, once, with every line in order. */
export async function expectFiled(fleet: KafkaFleet, load: Load): Promise<void> {
  const owed = load.sessions.filter(isOwed);
  await fleet.filed(owed.map(({ name }) => name));
  const blocks = fleet.blocksSoFar();
  for (const { name, lines } of owed) {
    const ofSession = blocks.filter(({ headers }) => headers['Session'] === name);
    expect(ofSession.map((block) => publishedLines(block.lines))).toEqual([lines]);
  }
}
