import { appendFileSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Input } from './input.ts';
import { InputJournal } from './input-journal.ts';
import { scratchDir } from './scratch-node.fixture.ts';

const tick = (nowMs: number): Input => ({ kind: 'tick', nowMs });

let scratch: ReturnType<typeof scratchDir>;
beforeEach(() => {
  scratch = scratchDir();
});
afterEach(() => scratch.remove());

function read(journal: InputJournal): number[] {
  return [...journal.inputs()].map((input) => (input.kind === 'tick' ? input.nowMs : Number.NaN));
}

/** Two files: 1 and 2 behind the state `a`, 3 behind `b`. */
async function written(): Promise<readonly string[]> {
  const journal = new InputJournal(scratch.dir);
  await journal.begin('a');
  journal.append(tick(1));
  journal.append(tick(2));
  await journal.begin('b');
  journal.append(tick(3));
  journal.close();
  return readdirSync(scratch.dir)
    .filter((name) => name.endsWith('.journal'))
    .toSorted()
    .map((name) => join(scratch.dir, name));
}

describe('what was read of the logs', () => {
  it('is there after the process ended, from the oldest state that is needed', async () => {
    await written();
    const journal = new InputJournal(scratch.dir);
    expect(journal.head).toBe('a');
    expect(read(journal)).toEqual([1, 2, 3]);
    journal.dropOlder();
    expect([journal.head, ...read(journal)]).toEqual(['b', 3]);
    journal.close();
  });

  it('is met by whoever goes through it while it is appended', async () => {
    await written();
    const journal = new InputJournal(scratch.dir);
    const met: number[] = [];
    for (const input of journal.inputs()) {
      if (input.kind === 'tick') met.push(input.nowMs);
      if (met.length < 6) journal.append(tick(10 + met.length));
    }
    expect(met).toEqual([1, 2, 3, 11, 12, 13, 14, 15]);
    journal.close();
  });

  it('goes on behind a write that the kill of its writer tore', async () => {
    const [, newest] = await written();
    appendFileSync(newest!, Buffer.from([9, 0, 0, 0, 1, 2]));
    const journal = new InputJournal(scratch.dir);
    journal.append(tick(4));
    expect(read(journal)).toEqual([1, 2, 3, 4]);
    expect(journal.isDamaged).toBe(false);
    journal.close();
    const again = new InputJournal(scratch.dir);
    expect(read(again)).toEqual([1, 2, 3, 4]);
    again.close();
  });

  it('goes on with the file before a newest one whose state never reached the disk', async () => {
    const [, newest] = await written();
    truncateSync(newest!, 5);
    const journal = new InputJournal(scratch.dir);
    expect([journal.head, ...read(journal)]).toEqual(['a', 1, 2]);
    journal.close();
  });

  it('is given up up to the next state where an older file is damaged, and says so', async () => {
    const [oldest] = await written();
    truncateSync(oldest!, statSync(oldest!).size - 1);
    const journal = new InputJournal(scratch.dir);
    expect([journal.head, ...read(journal)]).toEqual(['b', 3]);
    expect(journal.isDamaged).toBe(true);
    journal.close();
  });

  it('is nobody else’s to read', async () => {
    const [file] = await written();
    expect(statSync(file!).mode & 0o777).toBe(0o600);
  });

  it('can’t be kept below a file: the error says what to do', () => {
    const dir = join(scratch.dir, 'file');
    appendFileSync(dir, '');
    expect(() => new InputJournal(dir)).toThrow(expect.objectContaining({ code: 'FF_NODE_LOGS_DIR' }));
  });
});
