import { afterEach, describe, expect, it } from 'vitest';
import type { EventLine } from './event-line.ts';
import { acceptAll, IngestServer, type Reply } from './ingest-server.fixture.ts';
import { BODY_BYTES, publish } from './publisher.ts';
import type { PublishSummary } from './tally.ts';

let server: IngestServer;

afterEach(() => server.stop());

async function publishTo(
  reply: (body: string, count: number) => Reply,
  lines: readonly (string | EventLine)[],
  tries = 3,
): Promise<PublishSummary> {
  server = new IngestServer(reply);
  const url = await server.start();
  return publish(eventsOf(lines), { url, tries });
}

async function* eventsOf(lines: readonly (string | EventLine)[]): AsyncGenerator<EventLine> {
  for (const [index, line] of lines.entries()) yield typeof line === 'string' ? { line, origin: `events:${index + 1}` } : line;
}

function rejectFirst(body: string): Reply {
  const accepted = body.split('\n').length - 2;
  return { status: 202, json: { accepted, rejected: [{ line: 1, code: 'bad_json', error: 'no' }], rejectedCount: 1 } };
}

async function* broken(): AsyncGenerator<EventLine> {
  for (let index = 0; index < 4; index += 1) yield { line: 'x'.repeat(BODY_BYTES) };
  throw new Error('source broke');
}

const busy = (status: number): Reply => ({ status, headers: { 'retry-after': '0' }, json: { title: 'busy' } });

describe('publishing', () => {
  it('sends every line once, in order, as NDJSON in one request where that is enough', async () => {
    const lines = Array.from({ length: 1000 }, (_, index) => JSON.stringify({ index, text: 'é\u0000' }));
    const summary = await publishTo(acceptAll, lines);
    expect(server.lines).toEqual(lines);
    expect(server.received).toMatchObject([{ path: '/v1/events', headers: { 'content-type': 'application/x-ndjson' } }]);
    expect(summary).toMatchObject({ events: 1000, accepted: 1000, rejected: 0, requests: 1 });
  });

  it('cuts long input into bodies of bounded size and keeps the order over them: one at a time, on kept connections', async () => {
    const lines = Array.from({ length: 60 }, (_, index) => `${index}${'x'.repeat(BODY_BYTES / 10)}`);
    await publishTo(acceptAll, lines);
    expect(server.lines).toEqual(lines);
    expect(server.received.length).toBeGreaterThan(5);
    expect(server.received.every(({ body }) => Buffer.byteLength(body) <= BODY_BYTES)).toBe(true);
    expect(server.mostAtOnce).toBe(1);
    expect(new Set(server.received.map(({ port }) => port)).size).toBeLessThan(3);
  });

  it('sends nothing if there is nothing', async () => {
    expect(await publishTo(acceptAll, [])).toMatchObject({ events: 0, requests: 0 });
    expect(server.received).toEqual([]);
  });

  it('repeats a request that the server is too busy for, and counts its lines once', async () => {
    const summary = await publishTo((body, count) => (count < 3 ? busy(count === 1 ? 429 : 503) : acceptAll(body)), ['a', 'b']);
    expect(summary).toMatchObject({ accepted: 2, requests: 1, retries: 2 });
    expect(server.received.map(({ body }) => body)).toEqual(['a\nb\n', 'a\nb\n', 'a\nb\n']);
  });

  it('gives up on a server that stays too busy', async () => {
    await expect(publishTo(() => busy(429), ['a'], 3)).rejects.toMatchObject({ code: 'FF_OVERLOADED' });
    expect(server.received).toHaveLength(3);
  });

  it('says where each rejected line comes from, in every body', async () => {
    const lines = Array.from({ length: 30 }, (_, index) => `${index}${'x'.repeat(BODY_BYTES / 10)}`);
    const summary = await publishTo(rejectFirst, lines);
    const firstLines = server.received.map(({ body }) => `events:${Number.parseInt(body, 10) + 1}`);
    expect(summary.rejections.map(({ origin }) => origin)).toEqual(firstLines);
    expect(summary).toMatchObject({ rejected: server.received.length, accepted: 30 - server.received.length });
  });

  it('numbers a rejected event that has no line in a file', async () => {
    const lines = Array.from({ length: 3 }, () => ({ line: 'x'.repeat(BODY_BYTES - 1) }));
    const rejected = [{ line: 1, code: 'bad_json', error: 'no' }];
    const summary = await publishTo(() => ({ status: 400, json: { rejected, rejectedCount: 1 } }), lines);
    expect(summary.rejections.map(({ origin }) => origin)).toEqual(['event 1', 'event 2', 'event 3']);
  });

  it('shows only the first rejections but counts all, by code, those too that the server does not list', async () => {
    const lines = Array.from({ length: 100 }, () => '{');
    const rejected = Array.from({ length: 50 }, (_, index) => ({ line: index + 1, code: 'bad_json', error: 'no' }));
    const summary = await publishTo(
      () => ({ status: 400, json: { title: 'Nothing valid', rejected, rejectedCount: 100 } }),
      lines,
    );
    expect(summary.rejections).toHaveLength(20);
    expect(summary.rejected).toBe(100);
    expect(Object.fromEntries(summary.rejectedByCode)).toEqual({ bad_json: 50, other: 50 });
    expect(server.received).toHaveLength(1);
  });

  it('counts what the source refuses, without sending it', async () => {
    const refused = { line: '', origin: 'events:2', refused: { code: 'FF_LINE_TOO_LONG', error: 'too long' } };
    const summary = await publishTo(acceptAll, ['a', refused, 'b']);
    expect(server.lines).toEqual(['a', 'b']);
    expect(summary).toMatchObject({ events: 3, accepted: 2, rejected: 1, rejections: [{ origin: 'events:2' }] });
  });

  it.each([400, 413, 415, 500])(
    'does not repeat a request that is answered %i, and shows why, harmless for a terminal',
    async (status) => {
      const failed = publishTo(() => ({ status, json: { title: 'Refused', detail: '\u001b[2J' } }), ['a']);
      await expect(failed).rejects.toMatchObject({
        code: 'FF_PUBLISH_REFUSED',
        message: expect.stringContaining(`${status}, Refused: \\u{1b}[2J`),
      });
      expect(server.received).toHaveLength(1);
    },
  );

  it('takes an answer that is not from ingest for a refusal', async () => {
    await expect(publishTo(() => ({ status: 202, json: { ok: true } }), ['a'])).rejects.toMatchObject({
      code: 'FF_PUBLISH_REFUSED',
    });
  });

  it('passes on what its source throws, after a failed request, too', async () => {
    server = new IngestServer(() => ({ status: 500 }));
    const url = await server.start();
    await expect(publish(broken(), { url, tries: 1 })).rejects.toMatchObject({ code: 'FF_PUBLISH_REFUSED' });
  });
});

describe('publishing to nobody', () => {
  it('says so', async () => {
    server = new IngestServer(acceptAll);
    const url = await server.start();
    await server.stop();
    const failed = publish(eventsOf(['a']), { url, tries: 3 });
    await expect(failed).rejects.toMatchObject({ code: 'FF_UNREACHABLE', message: expect.stringContaining('ECONNREFUSED') });
  });
});
