import { cpus } from 'node:os';
import { RUNS, Table } from '../table.ts';
import { failedLogins } from './block-batches.ts';
import { fileBatches } from './filing-run.ts';
import { appendPlainly } from './plain-append.ts';

// usage: npm run bench:writer [-- DIRECTORY]: a directory on the disk to measure, else the working directory.
const MIB = 1024 * 1024;
const directory = process.argv[2] ?? process.cwd();
process.stdout.write(`${cpus().length} cores, ${cpus()[0]?.model.trim()}, Node ${process.version}, ${RUNS} rounds each\n\n`);
// As many partitions as forensic.blocks has, and FF_FETCH_BYTES.
const partitions = Array.from({ length: 6 }, (_, partition) => failedLogins(partition, 64 * MIB, 4 * MIB));

async function round() {
  const filing = await fileBatches(directory, partitions);
  const plain = appendPlainly(directory, filing.writes, false);
  const withTransactions = appendPlainly(directory, filing.writes, true);
  return { ...filing, plain, withTransactions };
}

const table = new Table();
await table.measure(round, [
  { name: 'failed logins of 24 KB filed', unit: 'blocks/s', atLeast: 2000, of: ({ blocks, seconds }) => blocks / seconds },
  { name: '  the same', unit: 'MB/s', atLeast: 150, of: ({ bytes, seconds }) => bytes / seconds / 1e6 },
  { name: '  bytes of one', unit: 'bytes', of: ({ bytes, blocks }) => bytes / blocks },
  {
    name: 'time, of a plain append with the same syncs of file and database',
    unit: '×',
    atMost: 1.15,
    digits: 2,
    of: ({ seconds, withTransactions }) => seconds / withTransactions,
  },
  {
    name: '  of a plain append with the same fdatasyncs, and nothing that knows what is in the file',
    unit: '×',
    digits: 2,
    of: ({ seconds, plain }) => seconds / plain,
  },
  { name: '  which has', unit: 'MB/s', of: ({ bytes, plain }) => bytes / plain / 1e6 },
]);
process.exitCode = table.isReached ? 0 : 1;
