// Run by tests as a process of its own: log.fixture.ts LINES. Logs so many lines, says on stderr what the log dropped, and ends when
// a line comes on stdin, after which it logs a last one.
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
// Of the package as it is compiled: Node.js runs no decorators, and settings have some.
import { openLog } from '@fleet-forensics/shared/process/log';
import { outliveReaders } from '@fleet-forensics/shared/process/process-end';
import { LoggingSettings } from '@fleet-forensics/shared/settings/logging-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';

outliveReaders();
const log = await openLog('fixture', readSettings(LoggingSettings, process.env));
const lines = Number(process.argv[2]);
for (let line = 0; line < lines; line += 1) {
  log.warn(`line ${line} ${'x'.repeat(1000)}`);
  if (line % 100 === 0) await nextTurn();
}
await nextTurn();
process.stderr.write(`logged ${JSON.stringify({ dropped: log.dropped, waiting: process.stdout.writableLength })}\n`);
await once(process.stdin, 'data');
log.warn('the last line');
await log.flushed();
process.stderr.write(`ends ${JSON.stringify({ dropped: log.dropped })}\n`);
process.exit(0);
