import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { CheckpointPart } from '@fleet-forensics/shared/wire/checkpoint';
import { GOLDEN } from './golden-records.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const PROTO = here('../../libs/shared/proto/fleet_forensics/v1/forensics.proto');
const hasPython = spawnSync('python3', ['--version']).status === 0;

const MESSAGES: Record<string, string> = {
  'session-batch': 'Record',
  'session-batch-traced': 'Record',
  tick: 'Record',
  checkpoint: 'Record',
  'block-part': 'BlockPart',
  'block-part-traced': 'BlockPart',
  filing: 'Filing',
  'filing-generation': 'Filing',
  'dead-letter': 'DeadLetter',
};

interface GoldenCheckpoint {
  readonly part: CheckpointPart;
}

/** The lines of golden-records.ts as the .proto's fields say them, delta-coded time and inherited PID included. */
const MESSAGE_LIST = {
  messages: [
    { type: 5, level: 7, time_us: 1_795_422_257_266_123, pid: 16_044, text: Buffer.from('signals blocked').toString('hex') },
    { type: 3, level: 5, time_delta_us: 877, text: '001b0a0de9ff' },
    { type: 2, level: -1, time_delta_us: -1, pid: 0, text: '' },
    { level: 50, time_us: 0, pid: 7, text: Buffer.from('no time').toString('hex') },
  ],
};

/** A golden value in the spelling of the .proto; what has its default is not on the wire. */
function spelled(value: unknown, key = ''): unknown {
  if (key === 'messages') return MESSAGE_LIST;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map((element) => spelled(element));
  if (typeof value !== 'object' || value === null) return value;
  const isPresent = ([name, field]: [string, unknown]) => name !== 'kind' && (key === 'context' || (field !== 0 && field !== ''));
  return Object.fromEntries(
    Object.entries(value)
      .filter(isPresent)
      .map(([name, field]) => [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), spelled(field, name)]),
  );
}

/** A checkpoint's own fields stand beside those of a batch. */
function spelledCheckpoint({ part: { node, session, messages, state, asOf, part, parts } }: GoldenCheckpoint): unknown {
  const { context, policy, chunks, lastRecordMs: lastRecordTime, ...rest } = state!;
  const checkpoint = {
    ...rest,
    asOf,
    part,
    parts,
    lastRecordTime,
    chunkCounts: chunks.map(({ count }) => count),
    chunkBytes: chunks.map(({ bytes }) => bytes),
  };
  return spelled({ batch: { node, session, messages, context, policy, checkpoint } });
}

if (!hasPython) {
  process.stderr.write('\n*** python3 is not installed: that other languages read the wire format is NOT tested here ***\n\n');
}

describe.skipIf(!hasPython && process.env['CI'] !== 'true')('a Python program that has only the .proto', () => {
  it.each(GOLDEN)('reads a $name with every field', ({ name, value }) => {
    const file = here(`golden/${name}.bin`);
    const { stdout, stderr } = spawnSync('python3', [here('decode.py'), PROTO, MESSAGES[name]!, file], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const isCheckpoint = name === 'checkpoint';
    expect(JSON.parse(stdout)).toEqual(isCheckpoint ? spelledCheckpoint(value as GoldenCheckpoint) : spelled(value));
  });
});
