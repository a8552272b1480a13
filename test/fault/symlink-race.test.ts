import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { blockFiling } from '@fleet-forensics/writer/block-filing';
import { NODE_FILE_CALLS } from '@fleet-forensics/writer/file-calls';
import { Journal } from '@fleet-forensics/writer/journal';
import { WriterCounters } from '@fleet-forensics/writer/writer-counters';
import { wholeBlock } from '../../apps/writer/src/block.fixture.ts';
import { PLAIN_FILING } from '../../apps/writer/src/writer-place.fixture.ts';

/** How often the directory is a symlink while the writer writes, at least. */
const SWAPS = 2000;
const MAX_ATTEMPTS = 100_000;

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'ff-symlink-race-'));
});
afterEach(() => rmSync(base, { recursive: true }));

it.runIf(process.platform === 'linux')(
  'nothing is written outside of the root by somebody who swaps a directory for a symlink all the time',
  async () => {
    const [root, elsewhere] = [join(base, 'root'), join(base, 'elsewhere')];
    for (const directory of [root, join(root, 'd'), elsewhere]) mkdirSync(directory, { mode: 0o750 });
    const journal = new Journal(join(base, 'journal'));
    const counters = new WriterCounters();
    const shared = { root, journal, calls: NODE_FILE_CALLS, settings: PLAIN_FILING, counters };
    const { writer } = blockFiling({ ...shared, warn: () => {}, nowUs: () => 1 });
    const swapper = fork(join(import.meta.dirname, 'symlink-swapper.mjs'), [join(root, 'd'), elsewhere]);
    let swaps = 0;
    swapper.on('message', (count) => (swaps = Number(count)));
    await once(swapper, 'message');
    const isEnough = () => swaps >= SWAPS && counters.filed >= 50 && counters.failures > 0;
    for (let index = 0; index < MAX_ATTEMPTS && !isEnough(); index++) {
      const names = [`/d/${index % 7}.log`, `/d/own-${index % 100}-%{block}`];
      await writer.file(writer.prepare(names.map((file) => wholeBlock(`${index} ${file}`, file))));
      await nextTurn();
    }
    const ended = once(swapper, 'exit');
    swapper.kill();
    await ended;
    expect(readdirSync(elsewhere)).toEqual([]);
    // Else it was no race: the writer has to have met the symlink, and the directory too.
    expect(isEnough()).toBe(true);
    journal.close();
  },
  120_000,
);
