import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EmbeddedLog } from '@fleet-forensics/shared/bus/embedded/embedded-log';
import { ForensicsError, hasCode } from '@fleet-forensics/shared/error';
import { drain, endAsked, outliveReaders } from '@fleet-forensics/shared/process/process-end';
import { type FleetReport, runSampleFleet } from './sample-fleet.ts';
import { CLOSE_WITHIN_MS, type Recorder, startRecorder } from './recorder.ts';

/** The demo's own, emptied at each start. */
const DATA_DIR = './data/demo';

function warn(message: string): void {
  process.stderr.write(`warning: ${message}\n`);
}

function say(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** @throws ForensicsError FF_LOG_IN_USE if another demo is running on it */
async function empty(dataDir: string): Promise<void> {
  await new EmbeddedLog({ dir: join(dataDir, 'log') }).close();
  rmSync(dataDir, { recursive: true, force: true });
}

/** On the usual port, or on a free one where that is taken. */
async function start(): Promise<Recorder> {
  const environment = { ...process.env };
  if (!environment['FF_DATA_DIR']) {
    environment['FF_DATA_DIR'] = DATA_DIR;
    await empty(DATA_DIR);
  }
  try {
    return await startRecorder({ environment, warn });
  } catch (error) {
    const isTaken = hasCode(error, 'FF_LISTEN_FAILED') && !environment['FF_INGEST_PORT'];
    if (!isTaken) throw error;
    return startRecorder({ environment: { ...environment, FF_INGEST_PORT: '0' }, warn });
  }
}

function show({ blocks, missing, unexpected }: FleetReport, recorder: Recorder): void {
  const [first] = blocks;
  if (first) {
    const rows = first.block.text.trimEnd().split('\n');
    say('', `The first of them:`, '', ...rows.slice(0, 30), `    … ${rows.length - 34} more lines …`, ...rows.slice(-4));
  }
  say('', `${blocks.length} blocks were filed:`);
  for (const { path, block } of blocks) {
    const { Node: node, Session: session, Lines: lines } = block.headers;
    say(`  ${path}  ${block.marker}  ${node}  session ${session}  lines ${lines}`);
  }
  for (const expected of missing) say(`  MISSING: ${expected}`);
  for (const found of unexpected) say(`  UNEXPECTED: ${found}`);
  say('', `ingest listens on ${recorder.url} (POST /v1/events)`, `blocks are filed below ${recorder.forensicRoot}`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { exit: { type: 'boolean', default: false } } });
  const asked = endAsked();
  const recorder = await start();
  say('All services run in this process. Publishing the logs of three FTP nodes …');
  const report = await runSampleFleet(recorder);
  show(report, recorder);
  const isRight = report.missing.length === 0 && report.unexpected.length === 0;
  say(isRight ? 'Every expected block is there and right.' : 'Blocks are missing or wrong.');
  if (!values.exit) {
    say('Ctrl-C ends.');
    await asked;
  }
  const isDrained = await drain(recorder, CLOSE_WITHIN_MS, warn);
  return isRight && isDrained ? 0 : 1;
}

outliveReaders();
try {
  process.exit(await main());
} catch (error) {
  process.stderr.write(error instanceof ForensicsError ? `${error.code}: ${error.message}\n` : `${String(error)}\n`);
  process.exit(1);
}
