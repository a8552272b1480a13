import type { CriterionNames } from '../../../policy/criterion-names.ts';
import type { MessageEvent, SessionEvent } from '../../../session-event.ts';
import type { LineBounds } from '../../event-rules/event-bounds.ts';
import type { Refusal } from '../../event-rules/refusal.ts';
import { Key, KIND_KEYS, keysOf, namesOf } from './event-key.ts';
import { EventMembers } from './event-members.ts';

const OF_EVERY_EVENT = Key.node | Key.session;

/**
 * Reads one event of POST /v1/events, a JSON object, off its bytes: the hot path of ingest. No text of a message is built; the
 * event refers to the bytes. docs/API.md describes the events.
 */
export class EventLine {
  readonly #members: EventMembers;
  /** Every message is this one: none lives longer than until the next line. */
  readonly #message: { -readonly [K in keyof MessageEvent]: MessageEvent[K] } = {
    kind: 'message',
    node: '',
    session: '',
    type: 0,
    level: 0,
    timeUs: 0,
    pid: 0,
    seq: 0,
    text: Buffer.alloc(0),
    start: 0,
    end: 0,
  };

  constructor(bounds: LineBounds, criteria: CriterionNames) {
    this.#members = new EventMembers(bounds, criteria);
  }

  /** Why the line read last was not taken; null if it was. */
  get refusal(): Refusal | null {
    return this.#members.reader.refusal;
  }

  /**
   * The event in the bytes from `start` up to `end`, which are UTF-8; null if there is none, see {@link refusal}. A message is valid
   * until the next call; its bytes are those of `bytes`, if they need no decoding.
   */
  read(bytes: Buffer, start: number, end: number): SessionEvent | null {
    if (!this.#members.take(bytes, start, end)) return null;
    const { seen } = this.#members;
    const kind = seen & KIND_KEYS;
    if (!this.#isWhole(kind, seen)) return null;
    return (kind & (Key.message | Key.messageBase64)) === 0 ? this.#rareEvent(kind) : this.#messageEvent(seen);
  }

  /** One kind, with all that it needs and nothing else. */
  #isWhole(kind: number, seen: number): boolean {
    const { reader } = this.#members;
    const keys = keysOf(kind);
    if (keys === undefined) {
      const all = namesOf(KIND_KEYS).join(' ');
      if (kind === 0) return reader.refuse('missing_key', `event: one of ${all} is expected`);
      return reader.refuse('ambiguous_event', `event: has ${namesOf(kind).join(' and ')}: exactly one of ${all} is expected`);
    }
    const missing = (keys.required | OF_EVERY_EVENT) & ~seen;
    if (missing !== 0) return reader.refuse('missing_key', `${namesOf(missing).join(', ')}: is missing`);
    const unexpected = seen & ~(keys.allowed | OF_EVERY_EVENT | kind);
    if (unexpected === 0) return true;
    return reader.refuse('unexpected_key', `${namesOf(unexpected).join(', ')}: does not go with ${namesOf(kind).join()}`);
  }

  #messageEvent(seen: number): MessageEvent {
    const { values, reader } = this.#members;
    const message = this.#message;
    message.node = values.node;
    message.session = values.session;
    message.type = values.type;
    message.level = values.level;
    message.timeUs = (seen & Key.time) === 0 ? 0 : values.timeUs;
    message.pid = (seen & Key.pid) === 0 ? 0 : values.pid;
    message.seq = (seen & Key.seq) === 0 ? 0 : values.seq;
    message.text = reader.text;
    message.start = reader.textStart;
    message.end = reader.textEnd;
    return message;
  }

  #rareEvent(kind: number): SessionEvent {
    const { values, seen } = this.#members;
    const { node, session, context } = values;
    switch (kind) {
      case Key.open:
        return { kind: 'open', node, session, context, keepAliveS: (seen & Key.keepAliveS) === 0 ? 0 : values.keepAliveS };
      case Key.context:
        return { kind: 'context', node, session, context };
      case Key.criterion: {
        const seq = (seen & Key.seq) === 0 ? 0 : values.seq;
        const timeUs = (seen & Key.time) === 0 ? 0 : values.timeUs;
        const detail = (seen & Key.detail) === 0 ? '' : values.detail;
        return { kind: 'criterion', node, session, criterion: { name: values.criterion, seq, timeUs, detail, requestedBy: '' } };
      }
      case Key.end:
        return { kind: 'end', node, session, reason: values.reason };
      case Key.dropped:
        return { kind: 'dropped', node, session, count: values.dropped };
      default:
        return { kind: 'keepAlive', node, session };
    }
  }
}
