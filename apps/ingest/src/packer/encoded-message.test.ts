import { encodeBatch } from '@fleet-forensics/shared/wire/codec';
import { MessageListReader } from '@fleet-forensics/shared/wire/message-list';
import { LogType } from '@fleet-forensics/shared/wire/log-type';
import { describe, expect, it } from 'vitest';
import { ConstantPolicy } from '../policy/policy-source.ts';
import { Packing, POLICY, criterion, encodedMessage, linesOf, message } from './packing.fixture.ts';
import { Receipt } from './receipt.ts';

describe('a message that comes encoded', () => {
  it('is packed as one that does not: in order, numbered, closed at the bounds', () => {
    const packing = new Packing({ batchLines: 2 }).add(encodedMessage('a', 1), encodedMessage('b', 2), encodedMessage('c', 3));
    expect(packing.closed()).toEqual([{ firstSeq: 1, messageCount: 2, lines: ['a', 'b'], policy: 1 }]);
    expect(packing.add(encodedMessage('d', 5), criterion(6)).closed()).toMatchObject([
      { firstSeq: 3, lines: ['c'] },
      { firstSeq: 5, lines: ['d'], criterion: { seq: 6 } },
    ]);
    expect(packing.counters.messages).toBe(4);
  });

  it('shares a record with messages that came otherwise, and each keeps its time and its PID', () => {
    const packing = new Packing().add(message('a', 1), encodedMessage('b', 2), message('c', 3), encodedMessage('d', 4));
    packing.packer.closeAll();
    const [closed] = packing.packer.takeClosed();
    const reader = new MessageListReader(closed!.batch.messages);
    const found: unknown[] = [];
    while (reader.next()) found.push([reader.timeUs, reader.pid]);
    expect(found).toEqual([
      [0, 0],
      [1_795e12, 77],
      [0, 0],
      [1_795e12, 77],
    ]);
  });

  it('is left out if its type is not captured, and its number is not missed', () => {
    const policies = new ConstantPolicy({ ...POLICY, capture: [LogType.TraceLog] });
    const packing = new Packing({}, policies).add(
      encodedMessage('a', 1, LogType.TraceLog),
      encodedMessage('b', 2, LogType.SystemLog),
      encodedMessage('c', 3, LogType.TraceLog),
    );
    expect(packing.all()).toMatchObject([{ lines: ['a'] }, { lines: ['c'], firstSeq: 3, notCaptured: 1 }]);
    expect(packing.counters.ignored).toBe(1);
  });
});

describe('the memory of a record', () => {
  it('is used again once the record is bytes of its own, and not before', () => {
    const { packer } = new Packing({ batchLines: 1 });
    const add = (text: string) => packer.add(message(text), new Receipt());
    add('one');
    add('two');
    const [one, two] = packer.takeClosed();
    const record = encodeBatch(one!.batch);
    packer.encoded(one!);
    add('six');
    const [six] = packer.takeClosed();
    expect(six!.writer).toBe(one!.writer);
    expect([two, six].flatMap((closed) => linesOf(closed!.batch.messages))).toEqual(['two', 'six']);
    expect(record.includes('one')).toBe(true);
  });
});
