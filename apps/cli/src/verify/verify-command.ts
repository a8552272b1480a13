import { VERIFY_HELP } from '../help.ts';
import { parseOptions } from '../options.ts';
import { Progress } from '../progress.ts';
import { printable, type Terminal } from '../terminal.ts';
import type { RecordedFile } from './block-record.ts';
import { filesBelow } from './file-tree.ts';
import { pathsOf, signaturePath } from './stored-file.ts';
import { type Counts, Verification } from './verification.ts';
import { openRecords } from './verify-records.ts';
import { chosenFiles, targetOf, verifyPlace } from './verify-place.ts';

const HINT = 'fleet-forensics verify --help';
const MB = 1_000_000;
/** Files of which nothing is recorded that are named. */
const MAX_NAMED = 20;

/**
 * `fleet-forensics verify …`; gives the exit status: 0 if all files are intact, 1 if one is not.
 * @throws ForensicsError FF_USAGE, FF_NO_JOURNAL, FF_JOURNAL_UNREADABLE, FF_NOT_RECORDED, FF_BAD_KEY, and what the log throws
 */
export async function runVerify(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = parseOptions(args, { values: ['root', 'journal', 'data', 'public-key'], flags: ['all', 'filings'] }, 'verify');
  if (options.help) {
    terminal.stdout.write(VERIFY_HELP);
    return 0;
  }
  const { root, journal } = verifyPlace(options, terminal.env);
  const target = targetOf(options, root, HINT);
  const records = await openRecords({ options, root, journal, target, terminal });
  const clock = new Stopwatch();
  const progress = new Progress(terminal.stderr);
  const verification = new Verification({
    root,
    records: records.all,
    signatures: records.signatures,
    say: (text) => {
      progress.clear();
      terminal.stdout.write(text);
    },
    progressed: (counts) => progress.show(clock.seconds, progressLine(counts)),
  });
  try {
    const files = chosenFiles(target, (file) => verification.files(file));
    await verification.run(files);
    progress.clear();
    if (!target) await sayUnknown(root, files, terminal);
  } finally {
    progress.clear();
    for (const record of records.all) record.close();
  }
  for (const problem of records.problems) terminal.stdout.write(`SIGNATURE  ${printable(problem)}\n`);
  terminal.stderr.write(summary(verification.counts, clock.seconds));
  return verification.counts.notIntact === 0 && records.problems.length === 0 ? 0 : 1;
}

class Stopwatch {
  readonly #started = performance.now();

  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }
}

/** They are no failure: retention, and other programs, leave files, too. */
async function sayUnknown(root: string, files: readonly RecordedFile[], { stdout }: Terminal): Promise<void> {
  const known = new Set(files.flatMap((file) => [...pathsOf(root, file), signaturePath(root, file)]));
  let count = 0;
  for await (const path of filesBelow(root)) {
    if (known.has(path)) continue;
    count += 1;
    if (count <= MAX_NAMED) stdout.write(`unknown    ${printable(path)}: nothing is recorded of this file\n`);
  }
  if (count > MAX_NAMED) stdout.write(`unknown    … and ${count - MAX_NAMED} more files\n`);
}

function progressLine({ intact, notIntact, filesInAll, bytes, bytesInAll }: Counts): string {
  const share = bytesInAll === 0 ? 100 : Math.min(100, Math.floor((100 * bytes) / bytesInAll));
  return `${intact + notIntact} of ${filesInAll} files, ${Math.floor(bytes / MB)} MB, ${share} %`;
}

function summary({ intact, notIntact, bytes }: Counts, seconds: number): string {
  const speed = Math.round(bytes / MB / Math.max(seconds, 0.001));
  return `${intact} files intact, ${notIntact} not; ${(bytes / MB).toFixed(1)} MB in ${seconds.toFixed(1)} s, ${speed} MB/s\n`;
}
