import { isUtf8 } from 'node:buffer';
import { textField } from '@fleet-forensics/shared/proftpd/text-field';
import { ALL_LOG_TYPES, type LogType } from '@fleet-forensics/shared/wire/log-type';
import type { SessionContext } from '@fleet-forensics/shared/wire/session-event';
import { RE2Set } from 're2js';
import type { DetectionRule } from './detection-rule.ts';

/** Bytes of a line that rules look at: 64 KiB would keep the event loop for tens of milliseconds, and clients choose what is logged. */
export const MAX_DETECTED_BYTES = 4096;

/** What the rules found in a line. */
export interface Detection {
  readonly context: SessionContext;
  /** Canonical, with the name of the rule that fires it; the first rule's, where several do. */
  readonly criterion?: { readonly name: string; readonly rule: string };
  /** The first rule's, where several end the session. */
  readonly end?: string;
}

/** The rules that look at one log type, as one state machine: a line is read once, however many there are. */
interface OfType {
  readonly set: RE2Set;
  readonly rules: readonly DetectionRule[];
}

/** Finds in a line's text what its source does not say: criteria, ends, who and from where. */
export class DetectionRules {
  readonly #byType: readonly (OfType | null)[];

  /** @param rules that readRules has bounded: RE2 compiles a set of at most 1,398,101 instructions */
  constructor(rules: readonly DetectionRule[]) {
    const compiled = new Map<string, OfType>();
    this.#byType = ALL_LOG_TYPES.map((type) => {
      const ofType = rules.filter(({ types }) => types.includes(type));
      if (ofType.length === 0) return null;
      const key = ofType.map(({ name }) => name).join('\n');
      const known = compiled.get(key) ?? { set: setOf(ofType), rules: ofType };
      compiled.set(key, known);
      return known;
    });
  }

  /**
   * What the bytes from `start` up to `end`, a line of this type, mean; null: nothing. A line that is not UTF-8 is matched with one
   * character a byte (ISO 8859-1): so every line can be matched. Of a longer line the first {@link MAX_DETECTED_BYTES} count, as if
   * it ended there.
   */
  detect(type: LogType, bytes: Uint8Array, start: number, end: number): Detection | null {
    const ofType = this.#byType[type];
    if (!ofType) return null;
    const line = Buffer.from(bytes.buffer, bytes.byteOffset + start, lookedAt(bytes, start, end) - start);
    const encoding = isUtf8(line) ? 'utf8' : 'latin1';
    const text = line.toString(encoding);
    const matched = ofType.set.match(text);
    if (matched.length === 0) return null;
    const context: SessionContext = {};
    let criterion: Detection['criterion'];
    let reason: string | undefined;
    for (const index of matched.toSorted((one, other) => one - other)) {
      const rule = ofType.rules[index]!;
      fill(context, rule, text, encoding);
      if (rule.criterion !== undefined) criterion ??= { name: rule.criterion, rule: rule.name };
      reason ??= rule.end;
    }
    return { context, ...(criterion && { criterion }), ...(reason !== undefined && { end: reason }) };
  }
}

/** Where the part of the line ends that is looked at: not within a character of UTF-8, which has at most four bytes. */
function lookedAt(bytes: Uint8Array, start: number, end: number): number {
  const bound = start + MAX_DETECTED_BYTES;
  if (end <= bound) return end;
  let cut = bound;
  while (cut > bound - 3 && isContinuation(bytes[cut]!)) cut -= 1;
  return cut;
}

function isContinuation(byte: number): boolean {
  return byte >> 6 === 0b10;
}

function setOf(rules: readonly DetectionRule[]): RE2Set {
  const set = new RE2Set();
  for (const { match } of rules) set.add(match);
  set.compile();
  return set;
}

/** Sets what the rule's named groups hold, as a context takes it; a group that took no part says nothing. */
function fill(context: SessionContext, { groups, pattern }: DetectionRule, text: string, encoding: 'utf8' | 'latin1'): void {
  if (groups.length === 0) return;
  const matcher = pattern.matcher(text);
  if (!matcher.find()) return;
  for (const group of groups) {
    const value = matcher.group(group);
    if (value) context[group] = textField(Buffer.from(value, encoding).toString('latin1'));
  }
}
