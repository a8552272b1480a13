import { join } from 'node:path';
import { blockFiling, type FilingSettings } from '@fleet-forensics/writer/block-filing';
import { NODE_FILE_CALLS } from '@fleet-forensics/writer/file-calls';
import { Journal } from '@fleet-forensics/writer/journal';
import { WriterCounters } from '@fleet-forensics/writer/writer-counters';
import { wholeBlock } from '../../apps/writer/src/block.fixture.ts';
import { PLAIN_FILING } from '../../apps/writer/src/writer-place.fixture.ts';

// A writer that is always at work. usage: rotating-process.ts DIR SETTINGS, those of the filing as JSON; files blocks, a few at a
// time, in two files, until its standard input ends.
const [dir, settings] = process.argv.slice(2) as [string, string];
const counters = new WriterCounters();
const { writer, rotatedFiles } = blockFiling({
  root: join(dir, 'root'),
  journal: new Journal(join(dir, 'journal.sqlite')),
  calls: NODE_FILE_CALLS,
  settings: { ...PLAIN_FILING, ...(JSON.parse(settings) as Partial<FilingSettings>) },
  counters,
  warn: (message) => process.stderr.write(`${message}\n`),
  nowUs: () => Date.now() * 1000,
});
process.stdin.resume();
for (let index = 0; !process.stdin.readableEnded; index += 5) {
  const some = Array.from({ length: 5 }, (_, of) => wholeBlock(`b${index + of}`, `/${of % 2}.log`));
  await writer.file(writer.prepare(some));
}
await rotatedFiles.close();
process.stdout.write(JSON.stringify(counters));
