import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as codec from '@fleet-forensics/shared/wire/codec';
import type { BlockPart, DeadLetter, Filing } from '@fleet-forensics/shared/wire/block';
import * as checkpointCodec from '@fleet-forensics/shared/wire/checkpoint-codec';
import type { SessionRecord } from '@fleet-forensics/shared/wire/session-event';
import { afterAll, describe, expect, it } from 'vitest';
import { PreviousVersion } from './previous-version.ts';
import { type MessageTree, withUnknownFields } from './unknown-fields.ts';

type Version = typeof codec & Pick<typeof checkpointCodec, 'encodeCheckpointPart'>;
interface Records {
  readonly decode: (version: Version, bytes: Uint8Array) => unknown;
  readonly encode: (version: Version, value: unknown) => Buffer;
  readonly tree: MessageTree;
}

const GOLDEN_DIR = fileURLToPath(new URL('../wire/golden/', import.meta.url));
const BATCH: MessageTree = { 6: {}, 7: {}, 9: {}, 10: {}, 12: { 2: {} } };

/** The kinds of records by the name that their golden files begin with. */
const KINDS: Readonly<Record<string, Records>> = {
  'session-batch': ofSessions((version, record) => version.encodeBatch((record as SessionRecord & { kind: 'batch' }).batch)),
  tick: ofSessions((version, record) => version.encodeTick((record as SessionRecord & { kind: 'tick' }).tick)),
  checkpoint: ofSessions((version, record) =>
    version.encodeCheckpointPart((record as SessionRecord & { kind: 'checkpoint' }).part),
  ),
  'block-part': {
    decode: (version, bytes) => version.decodeBlockPart(bytes),
    encode: (version, value) => version.encodeBlockPart(value as BlockPart),
    tree: { 4: { 3: {}, 4: {}, 6: {} } },
  },
  filing: {
    decode: (version, bytes) => version.decodeFiling(bytes),
    encode: (version, value) => version.encodeFiling(value as Filing),
    tree: {},
  },
  'dead-letter': {
    decode: (version, bytes) => version.decodeDeadLetter(bytes),
    encode: (version, value) => version.encodeDeadLetter(value as DeadLetter),
    tree: {},
  },
};

function ofSessions(encode: (version: Version, record: SessionRecord) => Buffer): Records {
  return {
    decode: (version, bytes) => version.decodeSessionRecord(bytes),
    encode: (version, value) => encode(version, value as SessionRecord),
    tree: { 1: BATCH, 2: {} },
  };
}

const previous = PreviousVersion.unpack();
afterAll(() => previous.remove());
const then: Version = {
  ...(previous.shared('wire/codec') as typeof codec),
  ...(previous.shared('wire/checkpoint-codec') as typeof checkpointCodec),
};
const now: Version = { ...codec, ...checkpointCodec };

const RECORDS = readdirSync(GOLDEN_DIR)
  .filter((file) => file.endsWith('.bin'))
  .map((file) => {
    const name = file.slice(0, -'.bin'.length);
    const kind = Object.keys(KINDS).find((each) => name.startsWith(each))!;
    return { name, bytes: readFileSync(GOLDEN_DIR + file), ...KINDS[kind]! };
  });

describe.each(RECORDS)('a $name', ({ bytes, decode, encode, tree }) => {
  it(`of ${previous.name} is read as it was meant`, () => {
    const value = decode(then, bytes);
    expect(decode(now, encode(then, value))).toEqual(decode(now, bytes));
    expect(decode(now, bytes)).toMatchObject(value as object);
  });

  it(`is read by ${previous.name} but for what it does not know yet`, () => {
    const value = decode(now, bytes);
    expect(value).toMatchObject(decode(then, encode(now, value)) as object);
  });

  it('of a later version, with fields that are not known yet, is read without them', () => {
    const later = withUnknownFields(bytes, tree);
    expect(later.length).toBeGreaterThan(bytes.length);
    expect(decode(now, later)).toEqual(decode(now, bytes));
    expect(decode(then, later)).toEqual(decode(then, bytes));
  });
});
