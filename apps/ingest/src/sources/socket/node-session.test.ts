import { describe, expect, it } from 'vitest';
import { frame, frames, KIND, rawMessage } from './frames.fixture.ts';
import { ToldSession } from './told-session.fixture.ts';

const OPEN = { kind: 'open', context: {}, keepAliveS: 0 };
const CONTEXT = { kind: 'context', context: {} };

describe("a connection's session", () => {
  it('has its messages, contexts, criterion and end in order, numbered by their place', () => {
    const { told } = new ToldSession(
      frames.open('s', 1, { clientAddress: '192.0.2.1' }),
      frames.message('one'),
      frames.message('two'),
      frames.context({ user: 'tj' }),
      frames.criterion('failedlogin', 0, '530'),
      frames.message('four'),
      frames.close('quit'),
    );
    const criterion = { name: 'FailedLogin', seq: 3, timeUs: 1_795e12, detail: '530', requestedBy: '' };
    expect(told).toEqual([
      OPEN,
      { kind: 'context', context: { clientAddress: '192.0.2.1' } },
      [1, 'one'],
      [2, 'two'],
      { kind: 'context', context: { user: 'tj' } },
      { kind: 'criterion', criterion },
      [4, 'four'],
      { kind: 'end', reason: 'quit' },
    ]);
  });

  it('passes over the numbers of what its process dropped, and says how many', () => {
    const session = new ToldSession(frames.open('s'), frames.message('one'), frames.message('five', 3), frames.message('six', 3));
    expect(session.told.slice(2)).toEqual([[1, 'one'], { kind: 'dropped', count: 3 }, [5, 'five'], [6, 'six']]);
    expect(session.counters.droppedAtSource).toBe(3);
  });

  it('counts what was dropped across 2^32', () => {
    const nearEnd = 2 ** 32 - 2;
    const { told } = new ToldSession(frames.open('s', 7, {}, nearEnd), frames.message('x', 3));
    expect(told).toEqual([CONTEXT, { kind: 'dropped', count: 5 }, [12, 'x']]);
  });

  it('opens late when all so far was dropped, and goes on where another connection ended', () => {
    expect(new ToldSession(frames.open('s', 4, {}, 3), frames.message('four', 3)).told).toEqual([
      { kind: 'dropped', count: 3 },
      OPEN,
      CONTEXT,
      [4, 'four'],
    ]);
    expect(new ToldSession(frames.open('s', 9, {}, 3), frames.message('nine', 3)).told).toEqual([CONTEXT, [9, 'nine']]);
  });

  it("becomes another server's with a further OPEN, numbers and all", () => {
    const session = new ToldSession(frames.open('s', 1, { serverName: 'a' }), frames.message('one'));
    session.take();
    expect(session.say(frames.open('s', 2, { serverName: 'b' }), frames.message('two')).told).toEqual([
      { kind: 'context', context: { serverName: 'b' } },
      [2, 'two'],
    ]);
  });

  it('keeps its numbers when a frame is passed over, and counts it', () => {
    const session = new ToldSession(
      frames.open('s'),
      frame(77, Buffer.from('of a later version')),
      frames.criterion('NobodyNamesThis'),
      frames.message('x'.repeat(1001)),
      frames.context({ user: 'u'.repeat(65) }),
      frames.message('three'),
      frames.close('r'.repeat(65)),
    );
    expect(session.told.slice(2)).toEqual([[3, 'three'], { kind: 'end', reason: 'unknown' }]);
    expect(session.counters).toMatchObject({ framesUnknown: 1, framesRefused: 4, messages: 1 });
  });

  it('ends without a word when why is not known', () => {
    expect(new ToldSession(frames.open('s'), frames.close('')).told.at(-1)).toEqual({ kind: 'end', reason: 'unknown' });
  });

  it('says its whole context again behind a record that was lost', () => {
    const session = new ToldSession(
      frames.open('s', 1, { protocol: 'ftp' }),
      frames.context({ user: 'tj' }),
      frames.message('a'),
    );
    session.take();
    session.session.lost();
    expect(session.say(frames.message('b'), frames.message('c')).told).toEqual([
      { kind: 'context', context: { protocol: 'ftp', user: 'tj' } },
      [2, 'b'],
      [3, 'c'],
    ]);
  });
});

describe('a connection that ends', () => {
  const SEGFAULT = '2026-11-23 05:16:22,228 vm proftpd[1] h (c[192.0.2.1]): ProFTPD terminating (signal 11)\n';

  function endOf(...texts: string[]) {
    const lines = texts.map((text) => frames.message(text, 0, { type: 3 }));
    const session = new ToldSession(frames.open('s'), ...lines);
    session.session.end();
    return session;
  }

  it('without CLOSE is an untimely death, with the next number and the time of now', () => {
    const session = endOf('one');
    expect(session.told.slice(-2)).toMatchObject([
      { kind: 'criterion', criterion: { name: 'UntimelyDeath', seq: 2, timeUs: 42, detail: expect.stringContaining('gone') } },
      { kind: 'end', reason: 'killed' },
    ]);
    expect(session.counters.untimelyDeaths).toBe(1);
  });

  it('of a segfault says so, also when a line came behind', () => {
    expect(endOf(SEGFAULT, 'FTP session closed.').told.slice(-2)).toMatchObject([
      { criterion: { name: 'UntimelyDeath', detail: 'segmentation fault' } },
      { kind: 'end', reason: 'segfault' },
    ]);
  });

  it('is not taken for a segfault because a client said those words', () => {
    const planted = 'h (c[192.0.2.1]): USER x: ProFTPD terminating (signal 11): no such user found from c';
    expect(endOf(planted).told.at(-1)).toEqual({ kind: 'end', reason: 'killed' });
  });

  it('behind CLOSE says nothing more', () => {
    const session = new ToldSession(frames.open('s'), frames.close());
    const before = session.told.length;
    session.session.end();
    expect(session.told).toHaveLength(before);
  });
});

describe('a connection that says what can not be', () => {
  const whole =
    (text = 'x') =>
    (fields: { uint32(value: number): typeof fields; bytes(value: Buffer): typeof fields }) =>
      fields.uint32(0x18).uint32(5).uint32(0x20).uint32(7).uint32(0x2a).bytes(Buffer.from(text));
  const message = (payload: Uint8Array) => frame(KIND.message, payload);

  it.each([
    ['a message first', [frames.message('x')], 'OPEN is expected'],
    ['a name with a control character', [frames.open('a\u0000b')], 'control character'],
    ['no name', [frames.open('')], 'is empty'],
    ['a name that is too long', [frames.open('s'.repeat(65))], 'at most 64'],
    ['the number 0', [frames.open('s', 0)], 'they begin at 1'],
    ['another session', [frames.open('s'), frames.open('t')], 'another session'],
    ['an OPEN that goes back', [frames.open('s', 7), frames.message('x'), frames.open('s', 7)], 'back'],
    ['an OPEN of a number that no record can hold for long', [frames.open('s', 2 ** 53 - 1)], 'over 4503599627370496'],
    ['drops up to such a number', [frames.open('s', 2 ** 52), frames.message('x', 5)], 'over 4503599627370496'],
    ['a count of drops that goes back', [frames.open('s', 1, {}, 5), frames.message('x', 4)], 'dropped'],
    ['something behind CLOSE', [frames.open('s'), frames.close(), frames.message('x')], 'behind CLOSE'],
    ['two messages in one', [frames.open('s'), message(Buffer.concat([rawMessage(whole()), rawMessage(whole())]))], 'not one'],
    ['no message in one', [frames.open('s'), message(Buffer.alloc(0))], 'not one'],
    ['a message cut off', [frames.open('s'), message(rawMessage(whole()).subarray(0, -1)), frames.message('x')], 'cut off'],
    ['an unknown type', [frames.open('s'), message(rawMessage((fields) => whole()(fields.uint32(0x08).uint32(6))))], 'log type'],
    ['a level of -2', [frames.open('s'), message(rawMessage((fields) => whole()(fields.uint32(0x10).uint32(3))))], 'level -2'],
    [
      'a message without a time',
      [frames.open('s'), message(rawMessage((fields) => fields.uint32(0x20).uint32(7)))],
      'whole time',
    ],
    ['a message without a PID', [frames.open('s'), message(rawMessage((fields) => fields.uint32(0x18).uint32(7)))], 'PID'],
    [
      'a time as a difference',
      [frames.open('s'), message(rawMessage((f) => f.uint32(0x30).uint32(2).uint32(0x20).uint32(7)))],
      'time',
    ],
    ['a text that is too long', [frames.open('s'), message(rawMessage(whole('x'.repeat(65_537))))], '65537'],
    ['a context that does not parse', [frames.open('s'), frame(KIND.context, Buffer.from([0x0a, 0x7f]))], 'does not parse'],
    ['a text that is not UTF-8', [frames.open('s'), frame(KIND.context, Buffer.from([0x22, 1, 0xff]))], 'does not parse'],
  ])('is refused with its reason: %s', (_what, said, reason) => {
    expect(() => new ToldSession(...said)).toThrow(reason);
  });
});
