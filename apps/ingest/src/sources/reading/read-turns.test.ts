import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ReadTurns } from './read-turns.ts';

/** What it takes to read what one connection has, on the clock of the test. */
const READ_MS = 1;
const CONNECTIONS = 2000;

describe('two thousand connections at once', () => {
  it('leave every turn of the event loop to others after a few milliseconds, and all are read', async () => {
    let nowMs = 0;
    let readCount = 0;
    const turns = new ReadTurns(() => nowMs);
    const read = () => {
      readCount += 1;
      nowMs += READ_MS;
    };
    for (let connection = 0; connection < CONNECTIONS; connection++) {
      if (turns.hasTime()) read();
      else turns.wait({ readWaiting: read });
    }
    const perTurn: number[] = [readCount];
    for (let before = 0; before < readCount;) {
      before = readCount;
      await nextTurn();
      perTurn.push(readCount - before);
    }
    expect(readCount).toBe(CONNECTIONS);
    expect(Math.max(...perTurn)).toBe(5);
    expect(perTurn.length).toBeGreaterThanOrEqual(CONNECTIONS / 5);
  });

  it('are read first come, first served', async () => {
    let nowMs = 0;
    const turns = new ReadTurns(() => nowMs);
    const order: number[] = [];
    expect(turns.hasTime()).toBe(true);
    nowMs += 5;
    expect(turns.hasTime()).toBe(false);
    for (const connection of [1, 2, 3]) turns.wait({ readWaiting: () => order.push(connection) });
    while (order.length < 3) await nextTurn();
    expect(order).toEqual([1, 2, 3]);
  });
});
