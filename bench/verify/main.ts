import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { Verification } from '@fleet-forensics/cli/verify/verification';
import { itself, RUNS, Table } from '../table.ts';
import { ForensicTree } from './forensic-tree.ts';

const FILES = 4;
const MB = 1_000_000;
const PIECE_BYTES = 24_000;

async function verified(tree: ForensicTree): Promise<number> {
  const record = tree.record();
  const started = performance.now();
  const verification = new Verification({ root: tree.root, records: [record], say: () => {}, progressed: () => {} });
  await verification.run(verification.files());
  const seconds = (performance.now() - started) / 1000;
  record.close();
  if (verification.counts.intact !== FILES) throw new Error('the tree is not intact');
  return verification.counts.bytes / MB / seconds;
}

/** What hashing alone would take, in one thread, with everything in memory. */
function hashed(bytes: Buffer): number {
  const started = performance.now();
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) hash('sha256', bytes.subarray(at, at + PIECE_BYTES), 'buffer');
  return bytes.length / MB / ((performance.now() - started) / 1000);
}

/** What the disk alone gives, one file after the other. */
function read(tree: ForensicTree): number {
  const started = performance.now();
  for (const file of tree.files) execFileSync('dd', [`if=${tree.pathOf(file)}`, 'of=/dev/null', 'bs=1M', 'status=none']);
  return tree.bytes / MB / ((performance.now() - started) / 1000);
}

/** GNU dd's way to drop a file from the page cache. */
function forget(tree: ForensicTree): void {
  for (const file of tree.files) {
    execFileSync('dd', [`if=${tree.pathOf(file)}`, 'iflag=nocache', 'count=0', 'status=none']);
  }
}

const tree = new ForensicTree(FILES);
process.stdout.write(`${cpus().length} cores, ${cpus()[0]?.model.trim()}, Node ${process.version}, ${RUNS} runs each, `);
process.stdout.write(`${FILES} files, ${tree.bytes / MB} MB\n\n`);
const table = new Table();
try {
  const bytes = readFileSync(tree.pathOf(tree.files[0]!));
  await table.measure(() => hashed(bytes), [{ name: 'SHA-256 alone, one thread', unit: 'MB/s', of: itself }]);
  const cached = { name: 'verify, files in the page cache', unit: 'MB/s', atLeast: 500, of: itself };
  await table.measure(() => verified(tree), [cached]);
  await table.measure(async () => {
    forget(tree);
    const alone = read(tree);
    forget(tree);
    return { alone, whole: await verified(tree) };
  }, [
    { name: 'verify, files on the disk', unit: 'MB/s', of: ({ whole }) => whole },
    { name: '  reading the same files with dd', unit: 'MB/s', of: ({ alone }) => alone },
  ]);
} finally {
  tree.remove();
}
process.exitCode = table.isReached ? 0 : 1;
