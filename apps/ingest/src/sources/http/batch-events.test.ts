import { describe, expect, it } from 'vitest';
import { encodeBatch } from '@fleet-forensics/shared/wire/codec';
import { MessageListWriter } from '@fleet-forensics/shared/wire/message-list-writer';
import type { Policy, SessionBatch } from '@fleet-forensics/shared/wire/session-event';
import { CriterionNames } from '../../policy/criterion-names.ts';
import type { SessionEvent } from '../../session-event.ts';
import { BatchEvents } from './batch-events.ts';

function messages(...texts: string[]): Buffer {
  const writer = new MessageListWriter();
  for (const text of texts) writer.append(5, 7, 1000, 77, Buffer.from(text, 'latin1'));
  return writer.take();
}

const NOTHING: SessionBatch = {
  node: 'n',
  session: 's',
  firstSeq: 0,
  messageCount: 0,
  messages: Buffer.alloc(0),
  open: false,
  keepAliveS: 0,
  keepAlive: false,
  dropped: 0,
  notCaptured: 0,
};

const CRITERION = { name: 'FailedLogin', seq: 0, timeUs: 0, detail: '', requestedBy: '' };

/** Messages 6 and 7. */
const TWO: Partial<SessionBatch> = { firstSeq: 6, messageCount: 2, messages: messages('a', 'b') };

const END: SessionBatch = { ...NOTHING, end: { reason: 'quit' } };

/** The published list: each batch under the tag that a Record has it under too. */
function listOf(...batches: Partial<SessionBatch>[]): Buffer {
  return Buffer.concat(batches.map((batch) => encodeBatch({ ...NOTHING, ...batch })));
}

function read(body: Buffer): unknown[] {
  const items = new BatchEvents(body, { nameBytes: 16, messageBytes: 100 }, new CriterionNames([]));
  const found: unknown[] = [];
  while (items.next()) {
    if (items.refusal) found.push([items.line, items.refusal.code]);
    else items.deliver({ add: (event) => found.push(plain(event)) > 0 });
  }
  return found;
}

function plain(event: SessionEvent): unknown {
  const { node: _node, session: _session, ...rest } = event;
  if (rest.kind !== 'message') return rest;
  return [
    rest.seq,
    rest.type,
    rest.level,
    rest.timeUs,
    rest.pid,
    Buffer.from(rest.text).toString('latin1', rest.start, rest.end),
  ];
}

describe('a protobuf batch', () => {
  it('is its events in the order that the wire format gives them, every byte kept', () => {
    const body = listOf({
      dropped: 3,
      open: true,
      keepAliveS: 30,
      context: { user: 'tj', uid: 0 },
      firstSeq: 7,
      messageCount: 2,
      messages: messages('one', '\0\xff\n'),
      criterion: { name: 'failedlogin', seq: 9, timeUs: 5, detail: 'd', requestedBy: 'ops' },
      end: { reason: 'quit' },
    });
    expect(read(body)).toEqual([
      { kind: 'dropped', count: 3 },
      { kind: 'open', context: { user: 'tj', uid: 0 }, keepAliveS: 30 },
      [7, 5, 7, 1000, 77, 'one'],
      [8, 5, 7, 1000, 77, '\0\xff\n'],
      { kind: 'criterion', criterion: { name: 'FailedLogin', seq: 9, timeUs: 5, detail: 'd', requestedBy: 'ops' } },
      { kind: 'end', reason: 'quit' },
    ]);
  });

  it('without numbers has none on its messages either', () => {
    expect(read(listOf({ messageCount: 2, messages: messages('a', 'b'), context: { user: 'x' } }, { keepAlive: true }))).toEqual([
      { kind: 'context', context: { user: 'x' } },
      [0, 5, 7, 1000, 77, 'a'],
      [0, 5, 7, 1000, 77, 'b'],
      { kind: 'keepAlive' },
    ]);
  });

  const policy: Policy = {
    bufferSize: 1,
    bufferBytes: 1,
    criteria: [],
    capture: [],
    file: '/etc/passwd',
    formats: [],
    name: '',
    version: 1,
  };

  it.each<[string, Partial<SessionBatch>, string]>([
    ['a policy', { ...END, policy }, 'not_allowed'],
    ['a count that is ours', { ...END, notCaptured: 1 }, 'not_allowed'],
    ['nothing', {}, 'missing_key'],
    ['no node', { ...END, node: '' }, 'bad_record'],
    ['a control character in its session', { ...END, session: 'a\nb' }, 'bad_name'],
    ['a long node', { ...END, node: 'x'.repeat(17) }, 'name_too_long'],
    ['a long context text', { context: { user: 'x'.repeat(17) } }, 'name_too_long'],
    ['an empty end reason', { end: { reason: '' } }, 'bad_name'],
    ['a control character in its node', { ...END, node: 'a\x7f' }, 'bad_name'],
    ['a control character in its end reason', { end: { reason: 'a\tb' } }, 'bad_name'],
    ['an unknown criterion', { criterion: { ...CRITERION, name: 'No' } }, 'unknown_criterion'],
    ['a long requester', { criterion: { ...CRITERION, requestedBy: 'x'.repeat(17) } }, 'name_too_long'],
    ['a control character in its requester', { criterion: { ...CRITERION, requestedBy: 'a\nEnd: b' } }, 'bad_name'],
    ['a criterion among its messages', { ...TWO, criterion: { ...CRITERION, seq: 6 } }, 'seq_not_above'],
    ['a criterion under the number of its last message', { ...TWO, criterion: { ...CRITERION, seq: 7 } }, 'seq_not_above'],
    ['a promise without an open', { ...END, keepAliveS: 1 }, 'unexpected_key'],
    ['a promise over a day', { open: true, keepAliveS: 86_401 }, 'number_out_of_range'],
    ['numbers over 2^53', { firstSeq: Number.MAX_SAFE_INTEGER, messageCount: 1, messages: messages('x') }, 'number_out_of_range'],
    ['a long message', { messageCount: 1, messages: messages('x'.repeat(101)) }, 'message_too_long'],
    ['more messages than it says', { messageCount: 1, messages: messages('a', 'b') }, 'bad_record'],
    ['fewer messages than it says', { messageCount: 2, messages: messages('a') }, 'bad_record'],
    ['messages without a count', { messages: messages('a') }, 'bad_record'],
    ['messages that do not parse', { messageCount: 1, messages: Buffer.from('no list') }, 'bad_record'],
  ])('with %s is refused whole, and its neighbours are not', (_what, batch, code) => {
    expect(read(listOf(END, batch, END))).toEqual([{ kind: 'end', reason: 'quit' }, [1, code], { kind: 'end', reason: 'quit' }]);
  });

  it('that is a checkpoint is refused as what it is: a publisher must not found the state of a session', () => {
    // Field 12, of no bytes, behind the others of the batch.
    const [tag, length, ...fields] = listOf(END);
    const checkpoint = Buffer.from([tag!, length! + 2, ...fields, (12 << 3) | 2, 0]);
    expect(read(Buffer.concat([checkpoint, listOf(END)]))).toEqual([[0, 'not_allowed'], { kind: 'end', reason: 'quit' }]);
  });

  it('whose criterion the packer refuses is not taken in part', () => {
    const items = new BatchEvents(
      listOf({ keepAlive: true, criterion: { ...CRITERION, seq: 2 }, end: { reason: 'quit' } }),
      { nameBytes: 16, messageBytes: 100 },
      new CriterionNames([]),
    );
    const offered: string[] = [];
    expect([items.next(), items.refusal]).toEqual([true, null]);
    expect(items.deliver({ add: ({ kind }) => offered.push(kind) < 1 })).toBe(false);
    expect(offered).toEqual(['criterion']);
  });

  it('with a level below -1 is refused: the wire could hold it, a block could not', () => {
    const writer = new MessageListWriter();
    writer.append(0, -2, 0, 0, Buffer.from('x'));
    expect(read(listOf({ messageCount: 1, messages: writer.take() }))).toEqual([[0, 'number_out_of_range']]);
  });

  it('with text that is not UTF-8 is refused, not repaired', () => {
    const body = listOf({ ...END, node: 'XYZ' });
    body.set([0xff], body.indexOf('XYZ'));
    expect(read(Buffer.concat([body, listOf(END)]))).toEqual([[0, 'bad_record'], { kind: 'end', reason: 'quit' }]);
  });

  it('that is cut off costs one refusal for the rest of its list', () => {
    const whole = listOf(END, END);
    expect(read(whole.subarray(0, -1))).toEqual([{ kind: 'end', reason: 'quit' }, [1, 'bad_record']]);
    expect(read(Buffer.from('{"node":"n"}'))).toEqual([[0, 'bad_record']]);
    expect(read(Buffer.alloc(0))).toEqual([]);
  });
});
