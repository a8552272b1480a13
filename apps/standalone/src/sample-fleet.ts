import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { proftpdEvents } from '@fleet-forensics/cli/proftpd-source';
import { publish } from '@fleet-forensics/cli/publisher';
import { LogType } from '@fleet-forensics/shared/wire/log-type';
import { type FiledBlock, wholeBlocks } from './filed-block.ts';
import type { Recorder } from './recorder.ts';

const SAMPLES = fileURLToPath(new URL('../../../samples/', import.meta.url));

const LOGS = [
  { file: 'system.log', log: LogType.SystemLog },
  { file: 'trace.log', log: LogType.TraceLog },
  { file: 'extended.log', log: LogType.ExtendedLog },
  { file: 'transfer.log', log: LogType.TransferLog },
] as const;

/** Blocks are filed within milliseconds; a machine that needs longer than this is not well. */
const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 50;

/** A block that the samples must give, as samples/README.md explains it. */
interface ExpectedBlock {
  readonly node: string;
  /** E.g. `FailedLogin`. */
  readonly criterion: string;
  readonly attemptedUser?: string;
  readonly user?: string;
  readonly lines: number;
}

export interface FoundBlock {
  /** Of its file, relative to the working directory. */
  readonly path: string;
  readonly block: FiledBlock;
}

export interface FleetReport {
  readonly blocks: readonly FoundBlock[];
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
}

/** Publishes the bundled logs of a small fleet over HTTP and compares what is filed with what must be. */
export async function runSampleFleet({ url, forensicRoot }: Recorder): Promise<FleetReport> {
  await publishSamples(url);
  const file = join(forensicRoot, 'forensic.log');
  const blocks = await blocksWhen(file, expectedBlocks().length);
  return {
    blocks: blocks.map((block) => ({ path: relative('.', file), block })),
    ...compareWithSamples(blocks),
  };
}

/** Publishes the bundled logs over HTTP. */
export async function publishSamples(url: string): Promise<void> {
  for (const node of nodes()) {
    const files = LOGS.map(({ file, log }) => ({ log, path: join(SAMPLES, node, file) }));
    await publish(proftpdEvents(node, files, 0).events, { url: new URL(url), tries: 5 });
  }
}

/** What the bundled logs must give and is not among the blocks, and the other way round. */
export function compareWithSamples(blocks: readonly FiledBlock[]): Pick<FleetReport, 'missing' | 'unexpected'> {
  return differences(expectedBlocks().map(describeExpected), blocks.map(describeFound));
}

function expectedBlocks(): readonly ExpectedBlock[] {
  return (JSON.parse(readFileSync(join(SAMPLES, 'expected.json'), 'utf8')) as { blocks: ExpectedBlock[] }).blocks;
}

function nodes(): string[] {
  return readdirSync(SAMPLES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}

/** Waits for as many blocks, and a little longer for one too many. */
async function blocksWhen(file: string, count: number): Promise<FiledBlock[]> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  while (read(file).length < count && Date.now() < giveUpAt) await pause(LOOK_EVERY_MS);
  await pause(LOOK_EVERY_MS);
  return read(file);
}

function read(file: string): FiledBlock[] {
  try {
    return wholeBlocks(readFileSync(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function describeExpected({ node, criterion, attemptedUser, user, lines }: ExpectedBlock): string {
  const marker = criterion.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toUpperCase();
  return describe(node, marker, attemptedUser, user, lines);
}

function describeFound({ marker, headers, lines }: FiledBlock): string {
  return describe(headers['Node'] ?? '?', marker, headers['Attempted-User'], headers['User'], lines.length);
}

function describe(
  node: string,
  marker: string,
  attemptedUser: string | undefined,
  user: string | undefined,
  lines: number,
): string {
  return `${node}: ${marker}, attempted user ${attemptedUser ?? '-'}, user ${user ?? '-'}, ${lines} lines`;
}

function differences(expected: readonly string[], found: readonly string[]): { missing: string[]; unexpected: string[] } {
  const unexpected = [...found];
  const missing = expected.filter((block) => {
    const at = unexpected.indexOf(block);
    if (at !== -1) unexpected.splice(at, 1);
    return at === -1;
  });
  return { missing, unexpected };
}
