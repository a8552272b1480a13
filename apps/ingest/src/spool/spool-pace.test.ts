import { describe, expect, it } from 'vitest';
import { SpoolPace } from './spool-pace.ts';

function setUp() {
  const pace = new SpoolPace();
  const gone: string[] = [];
  const arrive = (name: string, count: number) => void pace.turn(count).then(() => gone.push(name));
  return { pace, gone, arrive };
}

describe('the pace at which records go into a spool that is drained', () => {
  it('is half that at which they leave, and who came first goes first', async () => {
    const { pace, gone, arrive } = setUp();
    for (const name of ['a', 'b', 'c']) arrive(name, 10);
    for (const [left, expected] of [
      [0, []],
      [20, ['a']],
      [18, ['a', 'b']],
      [2, ['a', 'b']],
      [2, ['a', 'b', 'c']],
    ] as const) {
      pace.left(left);
      await Promise.resolve();
      expect(gone).toEqual(expected);
    }
  });

  it('lets a long send go, which those behind it pay for', async () => {
    const { pace, gone, arrive } = setUp();
    arrive('long', 1000);
    arrive('short', 1);
    pace.left(10);
    pace.left(1980);
    await Promise.resolve();
    expect(gone).toEqual(['long']);
    pace.left(20);
    await Promise.resolve();
    expect(gone).toEqual(['long', 'short']);
  });

  it('keeps nobody waiting when the draining ends', async () => {
    const { pace, gone, arrive } = setUp();
    arrive('a', 10);
    arrive('b', 10);
    pace.open();
    await Promise.resolve();
    expect(gone).toEqual(['a', 'b']);
  });
});
