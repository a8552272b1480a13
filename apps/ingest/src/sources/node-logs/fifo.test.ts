import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, lstatSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fifo } from './fifo.ts';
import { scratchDir } from './scratch-node.fixture.ts';

let scratch: ReturnType<typeof scratchDir>;
let fifos: Fifo[] = [];
beforeEach(() => {
  scratch = scratchDir();
});
afterEach(() => {
  for (const fifo of fifos) fifo.close();
  fifos = [];
  scratch.remove();
});

function opened(name = 'log'): { path: string; fifo: Fifo; bytes: () => string } {
  const path = join(scratch.dir, name);
  let text = '';
  const warnings: string[] = [];
  const fifo = new Fifo(
    path,
    (chunk) => {
      text += chunk.toString();
    },
    (warning) => warnings.push(warning),
  );
  fifos.push(fifo);
  return { path, fifo, bytes: () => text };
}

/** As a server's process does: it would wait here, and fail with O_NONBLOCK, if nobody read. */
function write(path: string, text: string): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  writeSync(fd, text);
  closeSync(fd);
}

describe('a FIFO', () => {
  it('is made with mode 0660 whatever the umask is', () => {
    const before = process.umask(0o077);
    const { path } = opened();
    process.umask(before);
    expect(lstatSync(path).isFIFO()).toBe(true);
    expect(lstatSync(path).mode & 0o777).toBe(0o660);
  });

  it('goes on when the last of its writers has gone', async () => {
    const { path, bytes } = opened();
    write(path, 'one\n');
    await expect.poll(bytes).toBe('one\n');
    write(path, 'two\n');
    await expect.poll(bytes).toBe('one\ntwo\n');
  });

  it('takes no thread from file reads while nothing is written: more of them than libuv has threads are open', async () => {
    for (let number = 0; number < 8; number += 1) opened(`log-${number}`);
    const file = join(scratch.dir, 'file');
    writeFileSync(file, 'read');
    expect(await readFile(file, 'utf8')).toBe('read');
  });

  it('takes more than a pipe holds from a writer that waits', async () => {
    const { path, bytes } = opened();
    const lines = 3000;
    const writer = spawn('sh', ['-c', `for i in $(seq ${lines}); do echo ${'x'.repeat(99)}; done > '${path}'`]);
    await once(writer, 'close');
    await expect.poll(() => bytes().length).toBe(lines * 100);
  });

  it('that was renamed away is not current: the server’s next process would wait at the new one', () => {
    const { path, fifo } = opened();
    expect(fifo.isCurrent).toBe(true);
    renameSync(path, `${path}.1`);
    expect(fifo.isCurrent).toBe(false);
    spawnSync('mkfifo', [path]);
    expect(fifo.isCurrent).toBe(false);
    rmSync(path);
  });

  it('is not made of a file that is there: the error says what to do', () => {
    const path = join(scratch.dir, 'log');
    writeFileSync(path, 'precious');
    expect(() => opened()).toThrow(expect.objectContaining({ code: 'FF_FIFO_FAILED' }));
  });
});
