import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { blockFiling } from '@fleet-forensics/writer/block-filing';
import { NODE_FILE_CALLS } from '@fleet-forensics/writer/file-calls';
import { Journal } from '@fleet-forensics/writer/journal';
import { WriterCounters } from '@fleet-forensics/writer/writer-counters';
import { wholeBlock } from '../../apps/writer/src/block.fixture.ts';
import { PLAIN_FILING } from '../../apps/writer/src/writer-place.fixture.ts';

// A writer that believes it owns every file. usage: filing-process.ts DIR BLOCKS FIRST; files BLOCKS blocks, from
// FIRST on and then those before it, a few at a time, in four files.
const [dir, count, first] = process.argv.slice(2) as [string, string, string];
const counters = new WriterCounters();
const { writer } = blockFiling({
  root: join(dir, 'root'),
  journal: new Journal(join(dir, 'journal.sqlite')),
  calls: NODE_FILE_CALLS,
  settings: PLAIN_FILING,
  counters,
  warn: (message) => process.stderr.write(`${message}\n`),
  nowUs: () => Date.now() * 1000,
});
const blocks = Array.from({ length: Number(count) }, (_, index) => wholeBlock(`b${index}`, `/${index % 4}.log`));
blocks.push(...blocks.splice(0, Number(first)));
for (let start = 0; start < blocks.length; start += 5) {
  await writer.file(writer.prepare(blocks.slice(start, start + 5)));
  // As between two batches: the other one gets its turn.
  await pause(1);
}
process.stdout.write(JSON.stringify(counters));
