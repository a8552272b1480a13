import { sessionKey } from '@fleet-forensics/shared/session-key';
import type { SessionContext } from '@fleet-forensics/shared/wire/session-event';
import type { EventSink, MessageEvent } from '../session-event.ts';
import type { ContextNews } from './context-news.ts';
import type { Detection, DetectionRules } from './detection-rules.ts';

/** A line of a session as a source without numbers gives it, every bound kept. */
export interface LogLine {
  readonly node: string;
  readonly session: string;
  /** Microseconds since 1970; 0 = not known. */
  readonly timeUs: number;
  /** What the line says of its session besides its text. */
  readonly context: SessionContext;
  /** Null: it has no text. */
  readonly message: LineMessage | null;
  /** Canonical; null: the source names none, and the rules may. */
  readonly criterion: { readonly name: string; readonly detail: string } | null;
  /** Why the session ends with the line; null: the source does not say that it does. */
  readonly end: string | null;
}

export type LineMessage = Pick<MessageEvent, 'type' | 'level' | 'pid' | 'text' | 'start' | 'end'>;

/**
 * Gives the sink what a line means by itself and by the rules: what is new of its session, its message, the criterion that this
 * message completes, the end. What the source itself says counts before what a rule found.
 * @returns why the session ended with the line; null: it goes on
 */
export function deliverLine(line: LogLine, rules: DetectionRules, news: ContextNews, sink: EventSink): string | null {
  const { node, session, message, timeUs } = line;
  const found = message && rules.detect(message.type, message.text, message.start, message.end);
  const key = sessionKey(node, session);
  const context = contextOf(line, found, news, key);
  if (context) sink.add({ kind: 'context', node, session, context });
  if (message) sink.add({ kind: 'message', node, session, timeUs, seq: 0, ...message });
  const criterion = line.criterion ?? criterionOf(found);
  if (criterion) {
    sink.add({ kind: 'criterion', node, session, criterion: { ...criterion, seq: 0, timeUs, requestedBy: '' } });
  }
  const reason = line.end ?? found?.end ?? null;
  if (reason !== null) {
    sink.add({ kind: 'end', node, session, reason });
    news.forget(key);
  }
  return reason;
}

function contextOf(line: LogLine, found: Detection | null, news: ContextNews, key: string): SessionContext | null {
  const context = found ? { ...found.context, ...line.context } : line.context;
  return Object.keys(context).length > 0 ? news.newsOf(key, context) : null;
}

function criterionOf(found: Detection | null): LogLine['criterion'] {
  return found?.criterion ? { name: found.criterion.name, detail: `rule ${found.criterion.rule}` } : null;
}
