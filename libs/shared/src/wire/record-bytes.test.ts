import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeBatch } from './codec.ts';
import { v1 } from './schema.ts';
import type { SessionBatch } from './session-event.ts';

const name = fc.string({ maxLength: 20 });
const count = fc.nat({ max: 2 ** 31 - 1 });
const isSaid = fc.boolean();

const batch: fc.Arbitrary<SessionBatch> = fc.record(
  {
    node: name,
    session: name,
    firstSeq: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    messageCount: count,
    messages: fc.uint8Array({ maxLength: 20_000 }).map((bytes) => Buffer.from(bytes)),
    open: isSaid,
    keepAliveS: count,
    keepAlive: isSaid,
    dropped: count,
    notCaptured: count,
    context: fc.record({ user: name, uid: count }, { requiredKeys: [] }),
    criterion: fc.record({ name, seq: count, timeUs: count, detail: name, requestedBy: name }),
    end: fc.record({ reason: name }),
  },
  {
    requiredKeys: [
      'node',
      'session',
      'firstSeq',
      'messageCount',
      'messages',
      'open',
      'keepAliveS',
      'keepAlive',
      'dropped',
      'notCaptured',
    ],
  },
);

it("a batch's record has the bytes that every protobuf library writes", () => {
  fc.assert(
    fc.property(batch, (each) => {
      const generated = v1.Record.encode({ batch: each } as Parameters<typeof v1.Record.encode>[0]).finish();
      expect(encodeBatch(each).equals(generated)).toBe(true);
    }),
  );
});
