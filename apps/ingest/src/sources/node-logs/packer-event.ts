import type { SessionEvent as LoggedEvent } from '@fleet-forensics/shared/proftpd/session-event';
import type { SessionEvent } from '../../session-event.ts';

/** Seconds; a session that is idle for longer says that it is still there. */
export const KEEP_ALIVE_S = 60;

/** What the logs tell, as the packer takes it. The parsers keep every bound of wire/limits.ts. */
export function packerEvent(node: string, event: LoggedEvent): SessionEvent {
  const { session } = event;
  if (event.kind === 'message') {
    const { type, level, timeUs, pid, text } = event.entry;
    return { kind: 'message', node, session, type, level, timeUs, pid, seq: event.seq, text, start: 0, end: text.length };
  }
  if (event.kind === 'open') return { kind: 'open', node, session, context: event.context, keepAliveS: KEEP_ALIVE_S };
  if (event.kind === 'context') return { kind: 'context', node, session, context: event.context };
  if (event.kind === 'end') return { kind: 'end', node, session, reason: event.reason };
  const { criterion: name, seq, timeUs, detail } = event;
  return { kind: 'criterion', node, session, criterion: { name, seq, timeUs, detail, requestedBy: '' } };
}
