import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningIngest } from './ingest-app.fixture.ts';
import { PROBLEM_CODES } from './problem.ts';
import { REFUSAL_CODES } from '../event-rules/refusal.ts';

const DOC = readFileSync(new URL('../../../../../docs/API.md', import.meta.url), 'utf8');

const events = DOC.match(/^\{"node".*\}$/gm)!;
const [, refusals, problems] = DOC.split(/^### .*$/m) as [string, string, string];

/** Rows that begin with a code in backticks, and what their last column has in backticks. */
const explained = [...refusals.matchAll(/^\| `([a-z0-9_]+)` +\|[^|]*\| (?:`(.*)`)? *\|$/gm)].map(([, code, example]) => ({
  code,
  example,
}));

describe('docs/API.md', () => {
  let ingest: RunningIngest;
  beforeAll(async () => {
    ingest = await RunningIngest.start();
  });
  afterAll(() => ingest.close());

  it('shows events that are taken', async () => {
    expect(events.length).toBeGreaterThan(10);
    const { body } = await ingest.post(events.join('\n'));
    expect(body).toEqual({ accepted: events.length, rejected: [], rejectedCount: 0 });
  });

  it('shows an export of OpenTelemetry that is taken', async () => {
    const body = /^\{"resourceLogs"[^]*?(?=^END$)/m.exec(DOC)![0];
    const answer = await ingest.fetch('/v1/logs', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    expect(answer).toMatchObject({ status: 200, body: {} });
    expect(ingest.log.lines).toContain('Login failed');
  });

  it('explains every code of a rejected line, and none that does not exist', () => {
    expect(explained.map(({ code }) => code)).toEqual([...REFUSAL_CODES]);
  });

  it('explains every problem, and none that does not exist', () => {
    const codes = [...problems.matchAll(/^\| \d{3} +\| `([a-z_]+)`/gm)].map(([, code]) => code);
    expect(codes.toSorted()).toEqual(PROBLEM_CODES.toSorted());
  });

  it.each(explained.filter(({ example }) => example))('shows what $code is', async ({ code, example }) => {
    const { body } = await ingest.post(`${events[0]}\n${example}`);
    expect(body.rejected).toEqual([{ line: 2, code, error: expect.any(String) }]);
  });
});
