import { LogType } from '../wire/log-type.ts';
import type { SessionContext } from '../wire/session-event.ts';
import { PROFTPD_LOGS, type ProftpdLog } from './log-entry.ts';
import { type NodeCounts, NodeLogs } from './node-logs.ts';
import type { SessionEvent } from './session-event.ts';

/** Lines of each log that is there, or the bytes of its file. */
export interface Logs {
  readonly trace?: readonly string[] | Uint8Array;
  readonly system?: readonly string[] | Uint8Array;
  readonly transfer?: readonly string[] | Uint8Array;
  readonly extended?: readonly string[] | Uint8Array;
}

export interface Reading {
  readonly events: readonly SessionEvent[];
  readonly counts: NodeCounts;
}

/** Reads the logs side by side, as files of a node whose zone is UTC. Lines are latin-1. */
export function readLogs({ trace, system, transfer, extended }: Logs, chunkBytes = 4096): Reading {
  const given = new Map<ProftpdLog, Buffer>();
  const put = (log: ProftpdLog, lines?: readonly string[] | Uint8Array): void => {
    if (lines instanceof Uint8Array) given.set(log, Buffer.from(lines));
    else if (lines) given.set(log, Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1'));
  };
  put(LogType.TraceLog, trace);
  put(LogType.SystemLog, system);
  put(LogType.TransferLog, transfer);
  put(LogType.ExtendedLog, extended);

  const events: SessionEvent[] = [];
  const logs = new NodeLogs(
    PROFTPD_LOGS.filter((log) => given.has(log)),
    0,
    (event) => events.push(event),
  );
  const read = new Map<ProftpdLog, number>();
  for (let log = logs.starving; log !== undefined; log = logs.starving) {
    const bytes = given.get(log)!;
    const at = read.get(log) ?? 0;
    if (at >= bytes.length) logs.finish(log);
    else logs.push(log, bytes.subarray(at, at + chunkBytes));
    read.set(log, at + chunkBytes);
  }
  return { events, counts: logs.counts };
}

/** A block as the pipeline would make it: a criterion, what is known then, and the messages since the one before. */
export interface ToldBlock {
  readonly session: string;
  readonly criterion: string;
  readonly detail: string;
  readonly context: SessionContext;
  readonly lines: readonly string[];
}

export interface Told {
  readonly blocks: readonly ToldBlock[];
  /** `session reason` in the order of the ends. */
  readonly ends: readonly string[];
}

/** Folds events as the buffer does. */
export function told(events: readonly SessionEvent[]): Told {
  const contexts = new Map<string, SessionContext>();
  const rings = new Map<string, string[]>();
  const blocks: ToldBlock[] = [];
  const ends: string[] = [];
  for (const event of events) {
    const { session } = event;
    const ring = rings.get(session) ?? [];
    if (event.kind === 'message') rings.set(session, [...ring, event.entry.text.toString('latin1')]);
    else if (event.kind === 'open' || event.kind === 'context') {
      contexts.set(session, { ...contexts.get(session), ...event.context });
    } else if (event.kind === 'criterion') {
      const { criterion, detail } = event;
      blocks.push({ session, criterion, detail, context: contexts.get(session) ?? {}, lines: ring });
      rings.set(session, []);
    } else ends.push(`${session} ${event.reason}`);
  }
  return { blocks, ends };
}

const DAY = '2026-11-23';
export const DAY_MS = Date.UTC(2026, 10, 23);

/** `hh:mm:ss,mmm` of a day that all lines here are of. */
function stamp(ms: number): string {
  return `${DAY} ${new Date(DAY_MS + ms).toISOString().slice(11, -1).replace('.', ',')}`;
}

export function systemLine(ms: number, pid: number, message: string, client = '203.0.113.7'): string {
  return `${stamp(ms)} ftp-1 proftpd[${pid}] 192.0.2.1 (${client}[${client}]): ${message}`;
}

export function daemonLine(ms: number, pid: number, message: string): string {
  return `${stamp(ms)} ftp-1 proftpd[${pid}] 192.0.2.1: ${message}`;
}

export function traceLine(ms: number, pid: number, message: string, client = '203.0.113.7'): string {
  return `${stamp(ms)} [${pid}]${client === '' ? '' : ` (client ${client}, server 192.0.2.1:5376)`} ${message}`;
}

/** @param fields `cmd`, `code`, `user`, `ouser`, `in`, `bytes`, `E`, `uid`: what differs from a line that knows nothing */
export function extendedLine(ms: number, pid: number, fields: Readonly<Record<string, string | number>>): string {
  const { cmd = '', code = '-', user = '-', ouser = '-', bytes = '-', E = '', uid = `id${pid}` } = fields;
  const us = String((ms % 1000) * 1000).padStart(6, '0');
  return (
    `uid=${uid} pid=${pid} rip=203.0.113.7 rport=1 lip=192.0.2.1 lport=21 t=${stamp(ms)} us=${us} proto=ftp user=${user} ouser=${ouser} ` +
    `cmd=${cmd} args=- raw=${cmd} code=${code} msg=- in=${fields['in'] ?? 0} out=0 bytes=${bytes} xs=- xf=- euid=65534 egid=65534 E=${E}`
  );
}

export function transferLine(ms: number, user: string, bytes: number, client = '203.0.113.7'): string {
  const time = stamp(ms).slice(11, 19);
  return `Mon Nov 23 ${time} 2026 0 ${client} ${bytes} /home/a b _ o r ${user} ftp 0 * c`;
}
