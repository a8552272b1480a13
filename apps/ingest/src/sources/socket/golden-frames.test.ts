import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { frame, frames, KIND } from './frames.fixture.ts';
import { FrameReader } from './frame-reader.ts';
import { ToldSession } from './told-session.fixture.ts';

const DIR = new URL('../../../../../test/wire/golden/node-socket/', import.meta.url);
const TIME_US = 1_795_422_257_266_123;
const SESSION = '1795422257266-16044';
const SERVER = { clientAddress: '192.0.2.17', serverAddress: '::ffff:192.0.2.1:21', protocol: 'ftp' };
const OPENED = { ...SERVER, uniqueId: 'awPKhX8AAAF/AAABAAAzykH/', serverName: 'ftp.example.org' };
const TOTALS = { totalBytesIn: 2 ** 53 - 1, totalBytesOut: 0, totalFilesIn: 0, totalFilesOut: 2 };
const FAILING = { uid: 0, gid: 65_534, elapsedMs: 1245, rawBytesIn: 46, rawBytesOut: 158, ...TOTALS };

function golden(name: string): Buffer {
  return readFileSync(fileURLToPath(new URL(`${name}.bin`, DIR)));
}

/** What a session that has dropped so much makes of one golden frame. */
function toldOf(name: string, dropped = 0) {
  const session = new ToldSession(frames.open('s', 1 + dropped, {}, dropped));
  session.take();
  return session.say(golden(name)).take();
}

describe("the module's bytes", () => {
  it('of a whole connection are a session with its numbers, its drops and its change of server', () => {
    const { told } = new ToldSession(golden('connection'));
    const ofUser = { protocol: 'ftp', uniqueId: OPENED.uniqueId, ...FAILING };
    const detail = '530 Login incorrect.';
    expect(told).toEqual([
      { kind: 'open', context: {}, keepAliveS: 0 },
      { kind: 'context', context: OPENED },
      [1, 'one'],
      [2, 'two\n'],
      { kind: 'dropped', count: 3 },
      [6, 'six'],
      { kind: 'context', context: { ...ofUser, attemptedUser: 'tj' } },
      { kind: 'criterion', criterion: { name: 'FailedLogin', seq: 7, timeUs: TIME_US + 30, detail, requestedBy: '' } },
      { kind: 'dropped', count: 2 },
      { kind: 'context', context: { ...OPENED, serverName: 'other.example.org' } },
      [10, 'ten\n'],
      { kind: 'context', context: { ...ofUser, user: 'tj' } },
      { kind: 'end', reason: 'quit' },
    ]);
  });

  it('of an OPEN name the session', () => {
    const { told } = new ToldSession(golden('open'), frames.close());
    expect(told[1]).toEqual({ kind: 'context', context: OPENED });
    expect(golden('open').includes(SESSION)).toBe(true);
  });

  it.each(['message', 'message-bytes', 'message-no-level', 'message-empty'])('of a %s are a message', (name) => {
    const session = new ToldSession(frames.open('s'), golden(name));
    expect(session.counters.messages).toBe(1);
  });

  it('of a text that is not UTF-8 in a context can be read', () => {
    expect(toldOf('context-latin-1')).toMatchObject([
      { kind: 'context', context: { attemptedUser: expect.stringContaining('�') } },
    ]);
  });

  it('of a criterion and of ends are events', () => {
    expect(toldOf('criterion').at(-1)).toMatchObject({ kind: 'criterion', criterion: { name: 'FailedLogin', seq: 4 } });
    expect(toldOf('close', 2 ** 32 - 1)).toEqual([{ kind: 'end', reason: 'quit' }]);
    expect(toldOf('close-unknown')).toEqual([{ kind: 'end', reason: 'unknown' }]);
  });

  it('are the ones that the tests here write', () => {
    expect(frames.open(SESSION, 1, OPENED).equals(golden('open'))).toBe(true);
    expect(frame(KIND.close, Buffer.alloc(0)).equals(golden('close-unknown'))).toBe(true);
    expect(frames.close('quit', 2 ** 32 - 1).equals(golden('close'))).toBe(true);
  });

  it('are all whole frames', () => {
    for (const name of readdirSync(fileURLToPath(DIR)).filter((file) => file.endsWith('.bin'))) {
      const reader = new FrameReader();
      reader.take(golden(name.replace('.bin', '')));
      while (reader.next()) expect(reader.kind, name).toBeGreaterThan(0);
      expect(reader.pendingBytes, name).toBe(0);
    }
  });
});
