import type { SessionContext } from '@fleet-forensics/shared/wire/session-event';
import { shown } from '../../event-rules/refusal.ts';
import type { EventValues } from './event-values.ts';
import { refusalOfContext, refusalOfContextKey } from './session-context-fields.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BRACE = 0x7b;
const END_BRACE = 0x7d;

/** Reads the context under `key`: an object of texts and numbers. Where it is refused, `values.refusal` says why. */
export function readContext(values: EventValues, key: string): SessionContext {
  const { cursor } = values;
  const members = new Map<string, string | number>();
  if (cursor.peek() !== BRACE) values.refuseValue(key, 'an object');
  else {
    cursor.at += 1;
    if (!cursor.take(END_BRACE)) {
      do takeMember(values, key, members);
      while (values.refusal === null && cursor.take(COMMA));
      if (values.refusal === null && !cursor.take(END_BRACE)) values.refuseJson('a comma or a closing brace is expected');
    }
  }
  const context = Object.fromEntries(members) as SessionContext;
  values.refusal ??= refusalOfContext(context);
  return context;
}

/** Keeps one member, unless it is refused. */
function takeMember(values: EventValues, key: string, members: Map<string, string | number>): void {
  const { cursor } = values;
  if (cursor.peek() !== QUOTE) return void values.refuseJson('a key is expected');
  if (!cursor.takeString()) return void values.refuseJson(cursor.problem);
  const field = cursor.text();
  values.refusal ??= refusalOfContextKey(field);
  if (values.refusal) return;
  if (members.has(field)) return void values.refuse('duplicate_key', `${key}.${shown(field)}: is there twice`);
  if (!cursor.take(COLON)) return void values.refuseJson('a colon is expected');
  const path = `${key}.${field}`;
  const byte = cursor.peek();
  if (byte === QUOTE) members.set(field, values.boundedText(path));
  else if (byte === BRACE || byte === BRACKET)
    values.refuse('too_deep', `${path}: a context holds texts and numbers, nothing nested`);
  else if (values.takeNumber(path)) members.set(field, cursor.number);
}
