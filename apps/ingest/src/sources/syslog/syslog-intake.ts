import type { IngestSettings } from '@fleet-forensics/shared/settings/ingest-settings';
import { sessionKey } from '@fleet-forensics/shared/session-key';
import { LogType } from '@fleet-forensics/shared/wire/log-type';
import type { SessionName } from '@fleet-forensics/shared/wire/session-event';
import { ContextNews } from '../../detection/context-news.ts';
import type { DetectionRules } from '../../detection/detection-rules.ts';
import { deliverLine, type LogLine } from '../../detection/log-line.ts';
import type { EventSink, MessageEvent } from '../../session-event.ts';
import { MAX_UINT32 } from '../event-rules/event-bounds.ts';
import { refusalOfName } from '../event-rules/name-rule.ts';
import type { BsdClock } from './bsd-clock.ts';
import type { SyslogCounters } from './syslog-counters.ts';
import type { SyslogPiece } from './syslog-frames.ts';
import { readSyslog, type SyslogMessage } from './syslog-message.ts';
import { SyslogSessions } from './syslog-sessions.ts';

export interface SyslogIntakeOptions {
  readonly settings: Pick<IngestSettings, 'nameBytes' | 'sessions'>;
  readonly sessionIdleMs: number;
  readonly rules: DetectionRules;
  readonly counters: SyslogCounters;
  readonly clock: BsdClock;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
}

/** A message without its text. */
export type MessageHead = Omit<MessageEvent, 'text' | 'start' | 'end'>;

const NOTHING_KNOWN = Object.freeze({});

/** The session of what names neither a program nor a session. */
const UNNAMED = 'syslog';

/** Makes events of syslog messages: a message of type syslog each, and what the rules find in it. */
export class SyslogIntake {
  readonly #options: SyslogIntakeOptions;
  readonly #news: ContextNews;
  readonly #sessions: SyslogSessions;

  constructor(options: SyslogIntakeOptions) {
    const { settings, sessionIdleMs } = options;
    this.#options = options;
    this.#news = new ContextNews(settings.sessions);
    this.#sessions = new SyslogSessions(sessionIdleMs, settings.sessions);
  }

  /**
   * Takes a message, or a piece of one.
   * @param sender address that it came from
   * @param before the message that the piece before it belongs to; null: there is none
   * @returns the message that the piece belongs to
   */
  take({ bytes, startsMessage }: SyslogPiece, sender: string, before: MessageHead | null, sink: EventSink): MessageHead {
    if (before !== null && !startsMessage) {
      this.#options.counters.cut += 1;
      sink.add({ ...before, text: bytes, start: 0, end: bytes.length });
      return before;
    }
    this.#options.counters.messages += 1;
    const message = readSyslog(bytes, this.#options.clock);
    const head = this.#headOf(message, sender);
    const isByPid = head.session !== message.session;
    if (isByPid) this.#endAll(this.#sessions.heard(head, this.#options.nowMs()), sink);
    const reason = deliverLine(lineOf(head, message, bytes), this.#options.rules, this.#news, sink);
    if (isByPid && reason !== null) this.#sessions.ended(head);
    return head;
  }

  /** Ends the sessions that are idle. */
  expire(sink: EventSink): void {
    this.#endAll(this.#sessions.takeIdle(this.#options.nowMs()), sink);
  }

  #endAll(idle: readonly SessionName[], sink: EventSink): void {
    for (const { node, session } of idle) {
      this.#options.counters.idleSessions += 1;
      sink.add({ kind: 'end', node, session, reason: 'idle' });
      this.#news.forget(sessionKey(node, session));
    }
  }

  #headOf(message: SyslogMessage, sender: string): MessageHead {
    const { level, timeUs, host, procId } = message;
    const node = (host || sender).slice(0, this.#options.settings.nameBytes);
    const session = this.#sessionOf(message);
    return { kind: 'message', node, session, type: LogType.syslog, level, timeUs, pid: pidOf(procId), seq: 0 };
  }

  #sessionOf({ session, program, procId }: SyslogMessage): string {
    const { nameBytes } = this.#options.settings;
    if (session !== '' && refusalOfName('session', session, nameBytes) === null) return session;
    const name = procId === '' ? program : `${program}-${procId}`;
    return (name || UNNAMED).slice(0, nameBytes);
  }
}

function lineOf(head: MessageHead, { textStart: start, textEnd: end }: SyslogMessage, text: Buffer): LogLine {
  const { node, session, timeUs, type, level, pid } = head;
  const message = { type, level, pid, text, start, end };
  return { node, session, timeUs, message, context: NOTHING_KNOWN, criterion: null, end: null };
}

function pidOf(procId: string): number {
  return /^\d{1,10}$/.test(procId) && Number(procId) <= MAX_UINT32 ? Number(procId) : 0;
}
