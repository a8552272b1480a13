import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { InputJournal } from './input-journal.ts';
import { scratchDir } from './scratch-node.fixture.ts';

const HOLDER = `
const { DirectoryLock } = await import(process.argv[1]);
globalThis.held = globalThis.lock = new DirectoryLock(process.argv[2]);
console.log('held');
setInterval(() => undefined, 1000);
`;

let scratch: ReturnType<typeof scratchDir>;
beforeEach(() => {
  scratch = scratchDir();
});
afterEach(() => scratch.remove());

const refusal = expect.objectContaining({
  code: 'FF_LOG_IN_USE',
  message: expect.stringContaining('FF_NODE_LOGS_DIR') as string,
});

describe('the directory of what was read of the logs', () => {
  it('is one journal’s: a second one would drop files that the first one needs', async () => {
    const journal = new InputJournal(scratch.dir);
    await journal.begin('a');
    expect(() => new InputJournal(scratch.dir)).toThrow(refusal);
    expect(journal.head).toBe('a');
    journal.close();
    const next = new InputJournal(scratch.dir);
    expect(next.head).toBe('a');
    next.close();
  });

  it('is free when the process that had it was killed: ingest starts again by itself', async () => {
    const lock = join(import.meta.dirname, 'directory-lock.ts');
    const types = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];
    const holder = spawn(process.execPath, [...types, '--input-type=module', '-e', HOLDER, lock, scratch.dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      onTestFinished(() => void holder.kill('SIGKILL'));
      await once(holder.stdout, 'data');
      expect(() => new InputJournal(scratch.dir)).toThrow(refusal);
    } finally {
      holder.kill('SIGKILL');
    }
    await once(holder, 'close');
    new InputJournal(scratch.dir).close();
  });
});
