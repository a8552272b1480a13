import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LogType } from '@fleet-forensics/shared/wire/log-type';
import { describe, expect, it } from 'vitest';
import { proftpdEvents } from './proftpd-source.ts';

const SAMPLES = new URL('../../../samples/', import.meta.url);

interface ExpectedBlock {
  readonly node: string;
  readonly criterion: string;
  readonly attemptedUser?: string;
  readonly user?: string;
  readonly lines: number;
  readonly count: number;
}

interface SampleEvent {
  readonly session: string;
  readonly message?: string;
  readonly messageBase64?: string;
  readonly context?: { readonly attemptedUser?: string; readonly user?: string };
  readonly criterion?: string;
}

const expected = JSON.parse(readFileSync(new URL('expected.json', SAMPLES), 'utf8')) as { blocks: ExpectedBlock[] };
const nodes = readdirSync(SAMPLES, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

async function blocksOf(node: string): Promise<ExpectedBlock[]> {
  const path = (log: string): string => fileURLToPath(new URL(`${node}/${log}.log`, SAMPLES));
  const files = [
    { log: LogType.SystemLog, path: path('system') },
    { log: LogType.TraceLog, path: path('trace') },
    { log: LogType.ExtendedLog, path: path('extended') },
    { log: LogType.TransferLog, path: path('transfer') },
  ];
  const lines = new Map<string, number>();
  const known = new Map<string, SampleEvent['context']>();
  const blocks: ExpectedBlock[] = [];
  for await (const { line } of proftpdEvents(node, files, 0).events) {
    const { session, context, criterion, message, messageBase64 } = JSON.parse(String(line)) as SampleEvent;
    if (context) known.set(session, { ...known.get(session), ...context });
    if (message !== undefined || messageBase64 !== undefined) lines.set(session, (lines.get(session) ?? 0) + 1);
    if (criterion === undefined) continue;
    blocks.push({
      node,
      criterion,
      ...usersOf(known.get(session)),
      lines: lines.get(session) ?? 0,
      count: 1,
    });
    lines.set(session, 0);
  }
  return blocks;
}

function usersOf({ attemptedUser, user }: NonNullable<SampleEvent['context']> = {}): Pick<
  ExpectedBlock,
  'attemptedUser' | 'user'
> {
  return { ...(attemptedUser !== undefined && { attemptedUser }), ...(user !== undefined && { user }) };
}

const sorted = (blocks: readonly ExpectedBlock[]): ExpectedBlock[] => blocks.toSorted((a, b) => a.lines - b.lines);

describe('the bundled samples', () => {
  it('are of the three nodes that the demo shows', () => {
    expect(nodes.toSorted()).toEqual(['ftp-eu-1', 'ftp-eu-2', 'ftp-us-1']);
  });

  it.each(nodes)('%s makes the blocks that were counted in its logs by other means', async (node) => {
    expect(sorted(await blocksOf(node))).toEqual(sorted(expected.blocks.filter((block) => block.node === node)));
  });
});
