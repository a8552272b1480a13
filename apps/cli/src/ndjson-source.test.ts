import { describe, expect, it } from 'vitest';
import type { EventLine } from './event-line.ts';
import { MAX_EVENT_BYTES, ndjsonEvents } from './ndjson-source.ts';

async function read(...chunks: string[]): Promise<EventLine[]> {
  const events: EventLine[] = [];
  const stream = (async function* stream() {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  for await (const event of ndjsonEvents(stream, 'f')) events.push(event);
  return events;
}

describe('lines of NDJSON', () => {
  it('keep their numbers in the file, blank lines counted, so that a rejected one is found', async () => {
    const events = await read('a\n\n \r\nb', 'c\nd');
    expect(events.map(({ line, origin }) => `${origin} ${String(line)}`)).toEqual(['f:1 a', 'f:4 bc', 'f:5 d']);
  });

  it('too long for any event are refused by number, and their neighbours are kept', async () => {
    const events = await read('a\n', 'x'.repeat(MAX_EVENT_BYTES), 'x\nb\n');
    expect(events.map(({ origin, refused }) => [origin, refused?.code])).toEqual([
      ['f:1', undefined],
      ['f:2', 'FF_LINE_TOO_LONG'],
      ['f:3', undefined],
    ]);
  });

  it('as long as can be are not refused', async () => {
    const [event, ...others] = await read('x'.repeat(MAX_EVENT_BYTES), '\n');
    expect(others).toEqual([]);
    expect(event?.refused).toBeUndefined();
    expect(event?.line).toHaveLength(MAX_EVENT_BYTES);
  });
});
