import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fleet_forensics } from './gen/forensics.js';
import { MessageListReader, countMessages, withoutFirst } from './message-list.ts';
import { protobuf } from './schema.ts';
import { MessageListWriter } from './message-list-writer.ts';
import type { LogType } from './log-type.ts';

interface Message {
  type: LogType;
  level: number;
  timeUs: number;
  pid: number;
  text: Buffer;
}

const message: fc.Arbitrary<Message> = fc.record({
  type: fc.constantFrom<LogType>(0, 1, 2, 3, 4, 5),
  level: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
  timeUs: fc.oneof(fc.constant(0), fc.nat({ max: 2 ** 51 })),
  pid: fc.oneof(fc.constant(0), fc.constant(77), fc.nat({ max: 2 ** 22 })),
  text: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

function write(messages: readonly Message[]): Buffer {
  const writer = new MessageListWriter(16);
  for (const { type, level, timeUs, pid, text } of messages) writer.append(type, level, timeUs, pid, text);
  return writer.take();
}

function read(list: Uint8Array): Message[] {
  const reader = new MessageListReader(list);
  const messages: Message[] = [];
  while (reader.next()) {
    const { type, level, timeUs, pid } = reader;
    messages.push({ type, level, timeUs, pid, text: Buffer.from(list.subarray(reader.textStart, reader.textEnd)) });
  }
  return messages;
}

describe('a message list', () => {
  it('gives back every field and every byte, also when lists are concatenated', () => {
    fc.assert(
      fc.property(fc.array(fc.array(message, { maxLength: 20 }), { maxLength: 4 }), (lists) => {
        expect(read(Buffer.concat(lists.map(write)))).toEqual(lists.flat());
      }),
    );
  });

  it('is what a protobuf library reads', () => {
    const messages: Message[] = [
      { type: 5, level: 7, timeUs: 1_795_422_257_266_000, pid: 16044, text: Buffer.from('one') },
      { type: 3, level: -1, timeUs: 1_795_422_257_265_000, pid: 16044, text: Buffer.from([0, 0xff, 0x0a]) },
    ];
    const decoded = fleet_forensics.v1.MessageList.decode(write(messages)).messages;
    expect(decoded.map(({ type, level, text }) => ({ type, level, text: Buffer.from(text!) }))).toEqual(
      messages.map(({ type, level, text }) => ({ type, level, text })),
    );
    expect([Number(decoded[0]!.timeUs), decoded[0]!.pid]).toEqual([1_795_422_257_266_000, 16044]);
    expect([Number(decoded[1]!.timeDeltaUs), decoded[1]!.pid]).toEqual([-1000, null]);
  });

  it('takes messages that were encoded elsewhere, and the ones beside them keep their times and PIDs', () => {
    const entry = fc.record({ message, isEncoded: fc.boolean() });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
        const writer = new MessageListWriter(16);
        for (const { message: each, isEncoded } of entries) {
          const bytes = Buffer.concat([Buffer.from('?'), write([each]), Buffer.from('?')]);
          if (isEncoded) writer.appendEncoded(bytes, 1, bytes.length - 1);
          else writer.append(each.type, each.level, each.timeUs, each.pid, each.text);
        }
        expect(writer.count).toBe(entries.length);
        expect(read(writer.take())).toEqual(entries.map((each) => each.message));
      }),
    );
  });

  it('is read out of the bytes around it, and says which messages stand for themselves', () => {
    const second = { type: 5, level: 7, timeUs: 2e15, pid: 1, text: Buffer.from('two') } as const;
    const list = write([{ ...second, timeUs: 1e15 }, second]);
    const reader = new MessageListReader(Buffer.alloc(0));
    reader.reset(Buffer.concat([Buffer.from('??'), list, list]), 2, 2 + list.length);
    const isWhole: boolean[] = [];
    while (reader.next()) isWhole.push(reader.isWhole);
    expect([isWhole, reader.timeUs, reader.position]).toEqual([[true, false], 2e15, 2 + list.length]);
  });

  it('of a later version is read without the fields that are not known yet, of every wire type', () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1 }), fc.uint8Array({ maxLength: 300 }), (messages, unknown) => {
        const later = protobuf.Writer.create();
        const { messages: encoded } = fleet_forensics.v1.MessageList.decode(write(messages));
        for (const each of encoded) {
          later.uint32(0x0a).fork().raw(fleet_forensics.v1.LogMessage.encode(each).finish());
          later.uint32(0x1f40).uint64(7).uint32(0x1f41).fixed64(7).uint32(0x1f42).bytes(unknown).uint32(0x1f45).fixed32(7);
          later.ldelim();
        }
        expect(read(later.finish())).toEqual(messages);
      }),
    );
  });

  it('is refused whole when it is cut off anywhere', () => {
    const list = write([{ type: 5, level: 7, timeUs: 1e15, pid: 1, text: Buffer.from('text') }]);
    for (let length = 1; length < list.length; length++) {
      expect(() => countMessages(list.subarray(0, length)), `at ${length}`).toThrow(/message list: .* at byte/);
    }
  });

  it('never makes its reader hang, read beyond the end or throw anything but its own error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(outcome(() => countMessages(bytes) <= bytes.length)).toBeOneOf([true, 'FF_BAD_MESSAGE_LIST']);
      }),
      { numRuns: 2000 },
    );
  });

  it('without its first messages keeps the times and PIDs of the others', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 20 }), fc.nat({ max: 20 }), (messages, count) => {
        expect(read(withoutFirst(write(messages), count))).toEqual(messages.slice(count));
      }),
    );
  });
});

function outcome(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return (error as { code?: string }).code;
  }
}
