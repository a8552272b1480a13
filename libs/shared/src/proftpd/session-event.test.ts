import { describe, expect, it } from 'vitest';
import { LogType } from '../wire/log-type.ts';
import { NO_FACTS } from './log-entry.ts';
import { eventLine, type SessionEvent } from './session-event.ts';

function message(text: Buffer): SessionEvent {
  const entry = { type: LogType.SystemLog, level: 5, timeUs: 1_795_410_980_583_000, pid: 7, text, facts: NO_FACTS };
  return { session: '1-7', kind: 'message', entry, seq: 3 };
}

const published = (event: SessionEvent): unknown => JSON.parse(eventLine('ftp-1', event));

describe('an event for POST /v1/events', () => {
  it('holds a message of UTF-8 as text, control characters and all', () => {
    const text = 'é\0\u001b[0m\n"\\ \u{1f512}';
    expect(published(message(Buffer.from(text)))).toEqual({
      node: 'ftp-1',
      session: '1-7',
      type: 'SystemLog',
      level: 5,
      message: text,
      time: 1_795_410_980_583_000,
      pid: 7,
      seq: 3,
    });
  });

  it.each([[Buffer.from('caf\xe9', 'latin1')], [Buffer.from([0xed, 0xa0, 0x80])], [Buffer.from([0xc0, 0x80])]])(
    'holds %j, which is no UTF-8, as base64, so that no byte changes',
    (bytes) => {
      expect(published(message(bytes))).toMatchObject({ messageBase64: bytes.toString('base64') });
    },
  );

  it('leaves out what is not known', () => {
    expect(published({ session: '1-7', kind: 'criterion', criterion: 'FailedLogin', seq: 4, timeUs: 0, detail: '' })).toEqual({
      node: 'ftp-1',
      session: '1-7',
      criterion: 'FailedLogin',
      seq: 4,
    });
  });

  it('opens, describes and ends its session', () => {
    expect(published({ session: 's', kind: 'open', context: { protocol: 'ftp' } })).toMatchObject({ open: { protocol: 'ftp' } });
    expect(published({ session: 's', kind: 'context', context: { user: 'a' } })).toMatchObject({ context: { user: 'a' } });
    expect(published({ session: 's', kind: 'end', reason: 'quit' })).toEqual({ node: 'ftp-1', session: 's', end: 'quit' });
  });
});
