import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logTypeOf } from '@fleet-forensics/shared/wire/log-type';
import { CriterionNames } from '../../../policy/criterion-names.ts';
import type { SessionEvent } from '../../../session-event.ts';
import { EventLine } from './event-line.ts';

const reader = new EventLine({ nameBytes: 256, messageBytes: 65_536 }, new CriterionNames(['Quota']));

/** What comes of a line: the event as plain values, or the refusal's code. */
function read(line: Buffer): unknown {
  // Bytes around the range catch a reader that leaves it.
  const padded = Buffer.concat([Buffer.from('{"node":"x",'), line, Buffer.from('"}]')]);
  const event = reader.read(padded, 12, 12 + line.length);
  return event ? plain(event) : reader.refusal!.code;
}

function plain(event: SessionEvent): unknown {
  if (event.kind !== 'message') return event;
  const { text, start, end, ...rest } = event;
  return { ...rest, text: Buffer.from(text).toString('utf8', start, end) };
}

type Parsed = Record<string, never>;

function canonical(criterion: string): string | undefined {
  return ['FailedLogin', 'OnDemand', 'Quota'].find((known) => known.toLowerCase() === criterion.toLowerCase());
}

/** The same from JSON.parse's values, for lines that are good. */
function expected({ node, session, ...event }: Parsed): unknown {
  const { seq = 0, time: timeUs = 0, pid = 0, keepAliveS = 0, detail = '' } = event;
  const of = { node, session };
  if ('message' in event) {
    const type = typeof event.type === 'string' ? logTypeOf(event.type) : event.type;
    return { kind: 'message', ...of, type, level: event.level, timeUs, pid, seq, text: event.message };
  }
  if ('open' in event) return { kind: 'open', ...of, context: event.open, keepAliveS };
  if ('context' in event) return { kind: 'context', ...of, context: event.context };
  if ('criterion' in event) {
    return { kind: 'criterion', ...of, criterion: { name: canonical(event.criterion), seq, timeUs, detail, requestedBy: '' } };
  }
  if ('end' in event) return { kind: 'end', ...of, reason: event.end };
  if ('dropped' in event) return { kind: 'dropped', ...of, count: event.dropped };
  return { kind: 'keepAlive', ...of };
}

/** JSON.parse's judgement. */
function judged(json: string): unknown {
  let parsed: Parsed;
  try {
    parsed = JSON.parse(json) as Parsed;
  } catch {
    return 'bad_json';
  }
  return expected(parsed);
}

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !/\p{Cc}/u.test(text));
const text = fc.string({
  unit: fc.oneof(fc.constantFrom('\0', '\n', '"', '\\', '/', '\u{1f4be}', 'é'), fc.constantFrom(...'abc [{]},:'.split(''))),
});
const count = fc.oneof(fc.nat({ max: 99 }), fc.maxSafeNat());
const context = fc.record(
  { user: text, clientAddress: text, uid: fc.nat({ max: 2 ** 32 - 1 }), elapsedMs: count },
  { requiredKeys: [] },
);
const of = { node: name, session: name };

const object = fc.oneof(
  fc.record(
    {
      ...of,
      type: fc.constantFrom('TraceLog', 'syslog', 'SYSTEMLOG', 'unknown', 0, 4),
      level: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
      message: text,
      time: count,
      pid: fc.nat({ max: 2 ** 32 - 1 }),
      seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    },
    { requiredKeys: ['node', 'session', 'type', 'level', 'message'] },
  ),
  fc.record({ ...of, open: context, keepAliveS: fc.nat({ max: 86_400 }) }, { requiredKeys: ['node', 'session', 'open'] }),
  fc.record({ ...of, context }),
  fc.record(
    { ...of, criterion: fc.constantFrom('FailedLogin', 'OnDemand', 'Quota'), detail: text, time: count },
    { requiredKeys: ['node', 'session', 'criterion'] },
  ),
  fc.record({ ...of, end: name }),
  fc.record({ ...of, keepAlive: fc.constant(true) }),
  fc.record({ ...of, dropped: fc.nat({ max: 2 ** 32 - 1 }) }),
);

/** A spelling of a value that JSON allows: any order, white space, escapes where none is needed, exponents. */
function spelt(value: unknown, choose: () => number): string {
  const space = () => ['', '', '', ' ', '\t', '\r\n'][choose() % 6]!;
  if (typeof value === 'string') {
    return `"${[
      ...JSON.stringify(value)
        .slice(1, -1)
        .matchAll(/\\u.{4}|\\.|./gsu),
    ]
      .map(([token]) => escaped(token, choose))
      .join('')}"`;
  }
  if (typeof value === 'number') return choose() % 8 === 0 && value < 2 ** 40 ? `${value}.0e0` : String(value);
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value as object)
    .map(([key, member]) => ({
      rank: choose(),
      json: `${space()}${spelt(key, choose)}${space()}:${space()}${spelt(member, choose)}${space()}`,
    }))
    .toSorted((a, b) => a.rank - b.rank);
  return `{${members.map(({ json }) => json).join(',')}${space()}}`;
}

function escaped(token: string, choose: () => number): string {
  if (token.startsWith('\\') || choose() % 10 !== 0) return token;
  return [...Array(token.length).keys()].map((i) => `\\u${token.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
}

const line = fc
  .tuple(object, fc.infiniteStream(fc.nat({ max: 999 })))
  .map(([value, choices]) => ({ value, json: spelt(value, () => choices.next().value) }));

describe('an event line', () => {
  it('is taken, and with the values that JSON.parse finds, however JSON spells it', () => {
    fc.assert(
      fc.property(line, ({ json }) => {
        expect(read(Buffer.from(json))).toEqual(expected(JSON.parse(json) as Parsed));
      }),
      { numRuns: 3000 },
    );
  });

  it('is taken only where JSON.parse takes it, and called bad JSON only where JSON.parse refuses it', () => {
    const bytes = fc.oneof(fc.constantFrom(...Buffer.from('{}[]",:\\/tfn0123456789.eE+-u \r\n\0')), fc.nat({ max: 0x7f }));
    const mutation = fc.record({ at: fc.nat(), removed: fc.nat({ max: 3 }), inserted: fc.array(bytes, { maxLength: 2 }) });
    const seen: unknown[] = [];
    fc.assert(
      fc.property(line, fc.array(mutation, { minLength: 1, maxLength: 2 }), ({ json }, mutations) => {
        let mutated = Buffer.from(json);
        for (const { at, removed, inserted } of mutations) {
          const from = at % (mutated.length + 1);
          mutated = Buffer.concat([mutated.subarray(0, from), Buffer.from(inserted), mutated.subarray(from + removed)]);
        }
        fc.pre(mutated.equals(Buffer.from(mutated.toString())));
        const result = read(mutated);
        seen.push(result);
        // Other refusals are none of JSON.parse's business.
        const isJudged = typeof result === 'object' || result === 'bad_json';
        expect(result).toEqual(isJudged ? judged(mutated.toString()) : result);
      }),
      { numRuns: 8000 },
    );
    expect(seen.filter((result) => typeof result === 'object').length).toBeGreaterThan(400);
    expect(seen.filter((result) => result === 'bad_json').length).toBeGreaterThan(400);
  });
});
