import { policyOfSettings } from '@fleet-forensics/ingest/policy/policy-of-settings';
import { PolicySettings } from '@fleet-forensics/shared/settings/ingest-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import type { Policy } from '@fleet-forensics/shared/wire/session-event';
import { encodeBatch } from '@fleet-forensics/shared/wire/codec';
import { MessageListWriter } from '@fleet-forensics/shared/wire/message-list-writer';
import type { LogType } from '@fleet-forensics/shared/wire/log-type';

/** A fleet's traffic, the same for the same parameters. */
export interface FleetParameters {
  readonly seed: number;
  readonly nodes: number;
  readonly sessions: number;
  readonly linesPerSession: number;
  /** Share of sessions that end in a failed login, 0 … 1. */
  readonly failureRate: number;
  /** Mean length of a message, bytes; each is within a fifth of it. */
  readonly lineBytes: number;
  /** Sessions that are open at once. */
  readonly concurrency: number;
}

export const FLEET: FleetParameters = {
  seed: 1,
  nodes: 20,
  sessions: 4000,
  linesPerSession: 300,
  failureRate: 0.05,
  lineBytes: 98,
  concurrency: 200,
};

export const LINES_ALIVE = 1_000_000;
/** Without ends: all its lines are in rings. */
export const FLEET_ALIVE: FleetParameters = { ...FLEET, linesPerSession: LINES_ALIVE / FLEET.sessions, failureRate: 0 };

/** What ingest stamps by default. */
export const POLICY = policyOfSettings(readSettings(PolicySettings, {}))!;

export interface FleetSession {
  readonly node: string;
  readonly session: string;
  readonly pid: number;
  readonly fails: boolean;
}

export interface FleetLine {
  readonly type: LogType;
  readonly level: number;
  readonly timeUs: number;
  readonly text: Buffer;
}

const START_US = 1_795_000_000_000_000;
const TYPES: readonly LogType[] = [5, 5, 5, 5, 5, 5, 3, 3, 2, 4];
const WORDS =
  'dispatching PRE_CMD command mod_auth mod_core signals blocked event core.session-reinit (at 0x56007ffe2e10) USER RETR'.split(
    ' ',
  );

/** Numbers in 0 … 1 from a seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function fleetSessions({ seed, nodes, sessions, failureRate }: FleetParameters): FleetSession[] {
  const next = random(seed);
  return Array.from({ length: sessions }, (_, index) => ({
    node: `ftp-${index % nodes}`,
    session: `${START_US / 1000 + index}-${1000 + index}`,
    pid: 1000 + index,
    fails: next() < failureRate,
  }));
}

/** The lines of one session, in order. */
export function fleetLines(fleet: FleetParameters, session: FleetSession): FleetLine[] {
  const next = random(fleet.seed ^ session.pid);
  let timeUs = START_US + session.pid * 1000;
  return Array.from({ length: fleet.linesPerSession }, (_, index) => {
    timeUs += Math.floor(next() * 400);
    const type = TYPES[Math.floor(next() * TYPES.length)]!;
    return { type, level: 1 + Math.floor(next() * 19), timeUs, text: text(next, fleet.lineBytes, index) };
  });
}

function text(next: () => number, meanBytes: number, index: number): Buffer {
  const length = Math.round(meanBytes * (0.8 + 0.4 * next()));
  let words = `${index}`;
  while (words.length < length) words += ` ${WORDS[Math.floor(next() * WORDS.length)]!}`;
  return Buffer.from(words.slice(0, length));
}

/** Groups of sessions that run at the same time. */
export function* waves(fleet: FleetParameters): Generator<FleetSession[]> {
  const sessions = fleetSessions(fleet);
  for (let start = 0; start < sessions.length; start += fleet.concurrency) yield sessions.slice(start, start + fleet.concurrency);
}

const BATCH_LINES = 50;

/** The fleet as packed records, the sessions of a wave taking turns: what ingest would publish. */
export function packedRecords(fleet: FleetParameters, policy = POLICY, ends = true): { records: Buffer[]; textBytes: number } {
  const records: Buffer[] = [];
  let textBytes = 0;
  for (const wave of waves(fleet)) {
    const streams = wave.map((session) => {
      const lines = fleetLines(fleet, session);
      for (const line of lines) textBytes += line.text.length;
      return packSession(session, lines, policy, ends);
    });
    for (let turn = 0; turn < Math.max(...streams.map(({ length }) => length)); turn++) {
      for (const stream of streams) if (stream[turn]) records.push(stream[turn]!);
    }
  }
  return { records, textBytes };
}

function packSession(session: FleetSession, lines: readonly FleetLine[], policy: Policy, ends: boolean): Buffer[] {
  const writer = new MessageListWriter(8192);
  const records: Buffer[] = [];
  for (let start = 0; start < lines.length; start += BATCH_LINES) {
    const part = lines.slice(start, start + BATCH_LINES);
    for (const { type, level, timeUs, text: bytes } of part) writer.append(type, level, timeUs, session.pid, bytes);
    const isLast = start + BATCH_LINES >= lines.length;
    records.push(
      encodeBatch({
        node: session.node,
        session: session.session,
        firstSeq: start + 1,
        messageCount: part.length,
        messages: writer.take(),
        open: start === 0,
        keepAliveS: 0,
        keepAlive: false,
        dropped: 0,
        notCaptured: 0,
        ...(start === 0 && { policy, context: { clientAddress: '192.0.2.1', serverAddress: '192.0.2.9:21', protocol: 'ftp' } }),
        ...(isLast &&
          session.fails && {
            criterion: { name: 'FailedLogin', seq: lines.length + 1, timeUs: 0, detail: '', requestedBy: '' },
          }),
        ...(isLast && ends && { end: { reason: 'quit' } }),
      }),
    );
  }
  return records;
}
