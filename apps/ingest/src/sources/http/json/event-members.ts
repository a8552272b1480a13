import { didYouMean } from '@fleet-forensics/shared/settings/setting';
import { MAX_DETAIL_BYTES } from '@fleet-forensics/shared/wire/limits';
import type { LogType } from '@fleet-forensics/shared/wire/log-type';
import type { SessionContext } from '@fleet-forensics/shared/wire/session-event';
import type { CriterionNames } from '../../../policy/criterion-names.ts';
import { refusalOfCriterion } from '../../event-rules/criterion-rule.ts';
import { type LineBounds, MAX_INT32, MAX_KEEP_ALIVE_S, MAX_UINT32 } from '../../event-rules/event-bounds.ts';
import { MAX_GUESSED_LENGTH, shown } from '../../event-rules/refusal.ts';
import { readContext } from './context-value.ts';
import { Key, KEY_NAMES, keyOf, namesOf } from './event-key.ts';
import { EventValues } from './event-values.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BRACE = 0x7b;
const END_BRACE = 0x7d;

/** An event's values. Those whose key is not there are left from an earlier event. */
interface Values {
  node: string;
  session: string;
  type: LogType;
  level: number;
  timeUs: number;
  pid: number;
  seq: number;
  context: SessionContext;
  keepAliveS: number;
  criterion: string;
  detail: string;
  reason: string;
  dropped: number;
}

/** Reads the members of one event, a JSON object, off its bytes: each of its own type and within its bounds. */
export class EventMembers {
  readonly values: Values = {
    node: '',
    session: '',
    type: 0,
    level: 0,
    timeUs: 0,
    pid: 0,
    seq: 0,
    context: {},
    keepAliveS: 0,
    criterion: '',
    detail: '',
    reason: '',
    dropped: 0,
  };
  readonly reader: EventValues;
  /** The keys that are there. */
  seen = 0;
  readonly #criteria: CriterionNames;

  constructor(bounds: LineBounds, criteria: CriterionNames) {
    this.reader = new EventValues(bounds);
    this.#criteria = criteria;
  }

  /** Takes the object in the bytes from `start` up to `end`, which are UTF-8; false: `reader.refusal` says why not. */
  take(bytes: Buffer, start: number, end: number): boolean {
    const { reader } = this;
    const { cursor } = reader;
    reader.reset(bytes, start, end);
    this.seen = 0;
    if (!cursor.take(BRACE)) return reader.refuseValue('event', 'an object');
    if (!cursor.take(END_BRACE)) {
      do {
        if (!this.#takeMember()) return false;
      } while (cursor.take(COMMA));
      if (!cursor.take(END_BRACE)) return reader.refuseJson('a comma or a closing brace is expected');
    }
    return cursor.peek() === -1 || reader.refuseJson('nothing more is expected');
  }

  #takeMember(): boolean {
    const { reader } = this;
    const { cursor } = reader;
    if (cursor.peek() !== QUOTE) return reader.refuseJson('a key is expected');
    if (!cursor.takeString()) return reader.refuseJson(cursor.problem);
    const key = this.#key();
    if (key === 0) return this.#refuseKey();
    if ((this.seen & key) !== 0) return reader.refuse('duplicate_key', `${namesOf(key).join()}: is there twice`);
    this.seen |= key;
    if (!cursor.take(COLON)) return reader.refuseJson('a colon is expected');
    this.#takeValue(key);
    return reader.refusal === null;
  }

  /** The key whose name is the string read last; 0 if there is none. */
  #key(): number {
    const { cursor } = this.reader;
    if (!cursor.escaped) return keyOf(cursor.bytes, cursor.tokenStart, cursor.tokenEnd);
    const text = Buffer.from(cursor.text());
    return keyOf(text, 0, text.length);
  }

  #takeValue(key: number): void {
    const { reader } = this;
    const { values } = this;
    switch (key) {
      case Key.node:
        values.node = reader.name('node');
        break;
      case Key.session:
        values.session = reader.name('session');
        break;
      case Key.type:
        values.type = reader.logType('type');
        break;
      case Key.level:
        // -1 is how ProFTPD logs without a level.
        values.level = reader.integer('level', -1, MAX_INT32);
        break;
      case Key.message:
        reader.message('message');
        break;
      case Key.messageBase64:
        reader.messageBase64('messageBase64');
        break;
      case Key.time:
        values.timeUs = reader.time('time');
        break;
      case Key.pid:
        values.pid = reader.integer('pid', 0, MAX_UINT32);
        break;
      case Key.seq:
        values.seq = reader.integer('seq', 1, Number.MAX_SAFE_INTEGER);
        break;
      case Key.open:
        values.context = readContext(reader, 'open');
        break;
      case Key.keepAliveS:
        values.keepAliveS = reader.integer('keepAliveS', 0, MAX_KEEP_ALIVE_S);
        break;
      case Key.context:
        values.context = readContext(reader, 'context');
        break;
      case Key.criterion:
        this.#takeCriterion();
        break;
      case Key.detail:
        values.detail = reader.boundedText('detail', MAX_DETAIL_BYTES, 'detail_too_long');
        break;
      case Key.end:
        values.reason = reader.name('end');
        break;
      case Key.keepAlive:
        this.#takeTrue('keepAlive');
        break;
      case Key.dropped:
        values.dropped = reader.integer('dropped', 0, MAX_UINT32);
        break;
    }
  }

  #takeTrue(key: string): void {
    const { cursor } = this.reader;
    cursor.peek();
    if (cursor.isAtWord('true')) cursor.at += 4;
    else this.reader.refuseValue(key, 'true');
  }

  #takeCriterion(): void {
    const name = this.reader.name('criterion');
    if (this.reader.refusal) return;
    this.reader.refusal = refusalOfCriterion('criterion', name, this.#criteria);
    this.values.criterion = this.#criteria.resolve(name) ?? '';
  }

  #refuseKey(): false {
    const { cursor } = this.reader;
    const name = cursor.tokenEnd - cursor.tokenStart > MAX_GUESSED_LENGTH ? '' : cursor.text();
    const found = cursor.bytes.toString(
      'utf8',
      cursor.tokenStart,
      Math.min(cursor.tokenEnd, cursor.tokenStart + MAX_GUESSED_LENGTH),
    );
    return this.reader.refuse('unknown_key', `an event has no key ${shown(found)}${didYouMean(name, KEY_NAMES)}`);
  }
}
