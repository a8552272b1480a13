import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CriterionNames } from '../../../policy/criterion-names.ts';
import type { EventItems } from '../event-items.ts';
import { EventLine } from './event-line.ts';
import { JsonArray } from './json-array.ts';
import { JsonEvents } from './json-events.ts';
import { NdjsonLines } from './ndjson-lines.ts';

const reader = new EventLine({ nameBytes: 256, messageBytes: 65_536 }, new CriterionNames([]));

function ndjson(body: string | Buffer): string[] {
  const bytes = Buffer.from(body as string);
  return itemsOf(new JsonEvents(bytes, new NdjsonLines(bytes), reader));
}

function array(body: string | Buffer): string[] {
  const bytes = Buffer.from(body as string);
  return itemsOf(new JsonEvents(bytes, new JsonArray(bytes), reader));
}

/** `line: session` of what is good, `line: code` of what is not. */
function itemsOf(items: EventItems): string[] {
  const found: string[] = [];
  while (items.next()) {
    const { line, refusal } = items;
    if (refusal) found.push(`${line}: ${refusal.code}`);
    else items.deliver({ add: ({ session }) => found.push(`${line}: ${session}`) > 0 });
  }
  return found;
}

function end(session: string): string {
  return JSON.stringify({ node: 'n', session, end: 'quit' });
}

describe('a body of NDJSON', () => {
  it('is its lines, counted from 1; blank ones count and are passed over', () => {
    expect(ndjson(`${end('a')}\r\n\n \t\r\n${end('b')}\n{\n${end('c')}`)).toEqual(['1: a', '4: b', '5: bad_json', '6: c']);
    expect(ndjson('')).toEqual([]);
    expect(ndjson('\n\r\n  ')).toEqual([]);
  });

  it('loses only the lines that are not UTF-8, and never takes one with its bytes replaced', () => {
    const latin1 = Buffer.from(end('Müller'), 'latin1');
    const body = Buffer.concat([Buffer.from(`${end('a')}\n`), latin1, Buffer.from(`\n${end('ü')}\n`)]);
    expect(ndjson(body)).toEqual(['1: a', '2: invalid_utf8', '3: ü']);
  });
});

describe('a body that is a JSON array', () => {
  it('is its elements, counted from 0, each refused alone', () => {
    expect(array(` [ ${end('a')} ,\n7, {"a":[{"b":"]}"}]}, ${end('b')}]\n`)).toEqual([
      '0: a',
      '1: wrong_type',
      '2: unknown_key',
      '3: b',
    ]);
    expect(array('[]')).toEqual([]);
    expect(array(' [ \n ] ')).toEqual([]);
  });

  it.each([
    ['', ['0: bad_json']],
    [end('a'), ['0: bad_json']],
    [`[${end('a')}`, ['0: bad_json']],
    [`[${end('a')},`, ['0: a', '1: bad_json']],
    [`[${end('a')},]`, ['0: a', '1: bad_json']],
    [`[${end('a')},,${end('b')}]`, ['0: a', '1: bad_json']],
    [`[${end('a')}]]`, ['0: a', '1: bad_json']],
    [`[${end('a')} ${end('b')}]`, ['0: bad_json']],
    [`[${end('a')},"${end('b')}]`, ['0: a', '1: bad_json']],
    [`[${end('a')},${'['.repeat(100_000)}`, ['0: a', '1: bad_json']],
    [`[${end('a')},${'['.repeat(100_000)}${']'.repeat(100_000)},${end('b')}]`, ['0: a', '1: wrong_type', '2: b']],
    [`[${'{"context":'.repeat(100_000)}1${'}'.repeat(100_000)},${end('b')}]`, ['0: unknown_key', '1: b']],
  ])('that is broken costs one refusal for the rest: %.50s', (body, found) => {
    expect(array(body)).toEqual(found);
  });

  it('is split where JSON.parse splits it', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(0, 1), (values, indent) => {
        const bytes = Buffer.from(JSON.stringify(values, null, indent));
        const elements = new JsonArray(bytes);
        const found: unknown[] = [];
        while (elements.next()) found.push(JSON.parse(bytes.toString('utf8', elements.start, elements.end)));
        expect(found).toEqual(JSON.parse(bytes.toString()));
      }),
    );
  });
});
