import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WriterCounters } from '@fleet-forensics/writer/writer-counters';
import { expect, it } from 'vitest';
import { blockText } from '../../apps/writer/src/block-text.ts';
import { wholeBlock } from '../../apps/writer/src/block.fixture.ts';

const FILING_PROCESS = fileURLToPath(new URL('filing-process.ts', import.meta.url));
const BLOCKS = 400;

async function fileAll(dir: string, first: number): Promise<WriterCounters> {
  const child = spawn(process.execPath, [FILING_PROCESS, dir, String(BLOCKS), String(first)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [said, complaint] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(complaint).toBe('');
  return JSON.parse(said) as WriterCounters;
}

it('two processes that both believe they own the files leave each block there once and whole', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-two-writers-'));
  try {
    const counts = await Promise.all([fileAll(dir, 0), fileAll(dir, BLOCKS / 2)]);
    for (const file of [0, 1, 2, 3]) {
      const expected = Array.from({ length: BLOCKS / 4 }, (_, index) => wholeBlock(`b${index * 4 + file}`, `/${file}.log`));
      const texts = expected.map(({ blockId, header, messages }) => blockText(blockId, header, messages).toString());
      const filed = readFileSync(join(dir, `root/${file}.log`), 'utf8').split(/(?<=^-----END .*\n)/m);
      expect(filed.toSorted()).toEqual(texts.toSorted());
    }
    expect(counts.reduce((sum, { filed }) => sum + filed, 0)).toBe(BLOCKS);
    expect(counts.reduce((sum, { repeated }) => sum + repeated, 0)).toBe(BLOCKS);
    expect(counts.every(({ tornTails }) => tornTails === 0)).toBe(true);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
