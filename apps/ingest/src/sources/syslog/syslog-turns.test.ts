import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DetectionRules } from '../../detection/detection-rules.ts';
import type { SessionEvent } from '../../session-event.ts';
import { BsdClock } from './bsd-clock.ts';
import type { SyslogListener } from './listening.ts';
import { SyslogCounters } from './syslog-counters.ts';
import { SyslogIntake } from './syslog-intake.ts';
import { SyslogReading } from './syslog-reading.ts';
import { TcpListener } from './tcp-listener.ts';
import { UdpListener } from './udp-listener.ts';

const HOST = '127.0.0.1';
const MESSAGE_BYTES = 65_536;
const LINES = 500;

/** A turn has 5 ms, and one look at the clock of the test takes one: the rest of one turn and the next lie between two samples. */
const MAX_LINES_A_SAMPLE = 10;

describe('lines that take long to look at', () => {
  let counters: SyslogCounters;
  let events: SessionEvent[];
  let reading: SyslogReading;
  let listener: SyslogListener;

  beforeEach(() => {
    let nowMs = 0;
    const nowMsOfTest = () => (nowMs += 1);
    counters = new SyslogCounters();
    events = [];
    const intake = new SyslogIntake({
      settings: { nameBytes: 256, sessions: 100 },
      sessionIdleMs: 1_000_000,
      rules: new DetectionRules([]),
      counters,
      clock: new BsdClock(0, Date.now),
      nowMs: () => nowMs,
    });
    const publisher = { add: (event: SessionEvent) => events.push(event) > 0 };
    const warn = (message: string) => expect.fail(message);
    reading = new SyslogReading({ intake, publisher, counters, inflightBytes: 1e9, warn, nowMs: nowMsOfTest });
  });
  afterEach(() => listener.close());

  const shared = () => ({ host: HOST, port: 0, messageBytes: MESSAGE_BYTES, reading, counters });

  /** The most lines that were read between two turns of others, until so many were. */
  async function mostLinesATurn(total: number): Promise<number> {
    let most = 0;
    for (let before = 0; before < total;) {
      await nextTurn();
      most = Math.max(most, counters.messages - before);
      before = counters.messages;
    }
    return most;
  }

  async function connectedListener(): Promise<SyslogListener> {
    listener = await TcpListener.open({
      ...shared(),
      connections: 100,
      connectionsPerAddress: 0,
      idleMs: 100_000,
      warn: (message) => expect.fail(message),
    });
    return listener;
  }

  it('leave others their turns, in one chunk of a connection and on many connections, and keep their order', async () => {
    const { port } = await connectedListener();
    for (let sender = 0; sender < 10; sender++) {
      const lines = Array.from({ length: LINES }, (_, index) => `<6>1 - h ftpd ${sender} - - line ${index}\n`);
      connect(port, HOST).end(lines.join(''));
    }
    expect(await mostLinesATurn(10 * LINES)).toBeLessThanOrEqual(MAX_LINES_A_SAMPLE);
    for (let sender = 0; sender < 10; sender++) {
      expect(textsOf(events, `ftpd-${sender}`)).toEqual(Array.from({ length: LINES }, (_, index) => `line ${index}`));
    }
  });

  it('are all handed over when ingest closes before their turn has come', async () => {
    const { port } = await connectedListener();
    const socket = connect(port, HOST);
    socket.end(`${'<6>x\n'.repeat(LINES)}<6>half`);
    while (counters.messages === 0) await nextTurn();
    expect(counters.messages).toBeLessThan(LINES);
    await listener.close();
    expect(counters.messages).toBe(LINES + 1);
  });

  it('are all handed over when their connection broke off before that', async () => {
    const { port } = await connectedListener();
    const socket = connect(port, HOST);
    socket.write(`${'<6>x\n'.repeat(LINES)}<6>half`);
    while (counters.messages === 0) await nextTurn();
    socket.resetAndDestroy();
    await once(socket, 'close');
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    expect(counters.messages).toBeLessThan(LINES);
    await listener.close();
    expect(counters.messages).toBe(LINES + 1);
  });

  it('leave others their turns in datagrams too, and none is lost', async () => {
    listener = await UdpListener.open({ ...shared(), warn: (message) => expect.fail(message) });
    const socket = createSocket('udp4');
    for (let index = 0; index < LINES; index++) socket.send(`<6>1 - h ftpd 1 - - line ${index}`, listener.port, HOST);
    expect(await mostLinesATurn(LINES)).toBeLessThanOrEqual(MAX_LINES_A_SAMPLE);
    expect(textsOf(events, 'ftpd-1')).toEqual(Array.from({ length: LINES }, (_, index) => `line ${index}`));
    socket.close();
    await once(socket, 'close');
  });
});

function textsOf(events: readonly SessionEvent[], session: string): string[] {
  return events.flatMap((event) =>
    event.kind === 'message' && event.session === session
      ? [Buffer.from(event.text).toString('utf8', event.start, event.end)]
      : [],
  );
}
