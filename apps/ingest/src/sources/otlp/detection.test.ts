import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningIngest } from '../http/ingest-app.fixture.ts';
import { logRecord, logsRequest, postLogs } from './logs-request.fixture.ts';

const RULES = `
rules:
  - name: denied
    match: 'denied for (?P<attemptedUser>\\w+)'
    criterion: FailedLogin
    end: denied
`;

describe('a rule', () => {
  let dir: string;
  let ingest: RunningIngest;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'otlp-'));
    writeFileSync(join(dir, 'rules.yaml'), RULES);
    ingest = await RunningIngest.start({ FF_DETECTION_RULES: join(dir, 'rules.yaml'), FF_CRITERIA: 'FailedLogin Quota' });
  });
  afterAll(async () => {
    await ingest.close();
    rmSync(dir, { recursive: true });
  });

  /** What the log has of a session to which this record belongs. */
  async function filed(session: string, more: Readonly<Record<string, unknown>> = {}) {
    await postLogs(ingest, logsRequest([logRecord('access denied for tj', { 'session.id': session, ...more })]));
    const batches = ingest.log.batches.filter((batch) => batch.session === session);
    return batches.map(({ context, criterion, end }) => [context, criterion?.name, criterion?.detail, end?.reason]);
  }

  it('finds in a log record what its attributes do not say', async () => {
    expect(await filed('a')).toEqual([
      [{ attemptedUser: 'tj' }, 'FailedLogin', 'rule denied', undefined],
      [undefined, undefined, undefined, 'denied'],
    ]);
  });

  it('counts behind what they do say', async () => {
    const said = { 'forensic.criterion': 'Quota', 'forensic.detail': 'full', 'forensic.end': 'quota', 'user.name': 'al' };
    expect(await filed('b', said)).toEqual([
      [{ attemptedUser: 'tj', user: 'al' }, 'Quota', 'full', undefined],
      [undefined, undefined, undefined, 'quota'],
    ]);
  });
});

describe('ingest', () => {
  it('does not start with rules that are wrong', async () => {
    const starting = RunningIngest.start({ FF_DETECTION_RULES: '/nowhere/rules.yaml' });
    await expect(starting).rejects.toMatchObject({ code: 'FF_BAD_RULES' });
  });
});
