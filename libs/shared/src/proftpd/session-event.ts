import { isUtf8 } from 'node:buffer';
import { LOG_TYPE_NAMES } from '../wire/log-type.ts';
import type { SessionContext } from '../wire/session-event.ts';
import type { LogEntry } from './log-entry.ts';

/** What is published of a session, in the order in which it counts. Messages and criteria share one numbering, from 1. */
export type SessionEvent = { readonly session: string } & (
  | { readonly kind: 'open'; readonly context: SessionContext }
  | { readonly kind: 'context'; readonly context: SessionContext }
  | { readonly kind: 'message'; readonly entry: LogEntry; readonly seq: number }
  | {
      readonly kind: 'criterion';
      readonly criterion: CriterionName;
      readonly seq: number;
      readonly timeUs: number;
      readonly detail: string;
    }
  | { readonly kind: 'end'; readonly reason: string }
);

export type CriterionName = 'FailedLogin' | 'UntimelyDeath' | 'ModuleConfig';

/** The event as a line of `POST /v1/events` (application/x-ndjson), without its newline. Not known: left out. */
export function eventLine(node: string, event: SessionEvent): string {
  return JSON.stringify({ node, session: event.session, ...eventFields(event) });
}

function eventFields(event: SessionEvent): object {
  if (event.kind === 'message') return { ...messageFields(event.entry), seq: event.seq };
  if (event.kind === 'open') return { open: event.context };
  if (event.kind === 'context') return { context: event.context };
  if (event.kind === 'end') return { end: event.reason };
  const { criterion, seq, timeUs, detail } = event;
  return { criterion, seq, ...(timeUs > 0 && { time: timeUs }), ...(detail !== '' && { detail }) };
}

function messageFields({ type, level, text, timeUs, pid }: LogEntry): object {
  return {
    type: LOG_TYPE_NAMES[type],
    level,
    // Text that is not UTF-8 would not survive JSON.
    ...(isUtf8(text) ? { message: text.toString('utf8') } : { messageBase64: text.toString('base64') }),
    ...(timeUs > 0 && { time: timeUs }),
    ...(pid > 0 && { pid }),
  };
}
