// Compares the blocks that mod_log_forensic wrote with ours of the same sessions, in compatible format, and prints what differs.
// usage: node test/proftpd/compare-blocks.ts UPSTREAM OURS; ends with status 1 if anything does.
import { readFileSync } from 'node:fs';
import { parseForensicFile } from '@fleet-forensics/standalone/filed-block';
import { compareBlocks } from './block-comparison.ts';
import { parseUpstreamFile } from './upstream-file.ts';

const [upstreamFile, ourFile] = process.argv.slice(2);
if (upstreamFile === undefined || ourFile === undefined) {
  process.stderr.write('usage: node test/proftpd/compare-blocks.ts UPSTREAM OURS\n');
  process.exit(2);
}
const upstream = parseUpstreamFile(readFileSync(upstreamFile));
const ours = parseForensicFile(readFileSync(ourFile));
let isSame = upstream.length === ours.length;
process.stdout.write(`${upstream.length} blocks of mod_log_forensic, ${ours.length} of ours\n`);
for (const [index, block] of upstream.slice(0, ours.length).entries()) {
  const { older, olderUpstream, differences } = compareBlocks(block, ours[index]!);
  const reach = `${older.length} older lines in ours, ${olderUpstream.length} in upstream's`;
  process.stdout.write(`block ${index + 1}, ${block.marker}: ${differences.length === 0 ? `the same; ${reach}` : 'differs'}\n`);
  for (const difference of differences) process.stdout.write(`  ${difference}\n`);
  isSame &&= differences.length === 0;
}
process.exitCode = isSame ? 0 : 1;
