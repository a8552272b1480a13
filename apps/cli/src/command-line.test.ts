import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from './command-run.fixture.ts';
import { acceptAll, IngestServer } from './ingest-server.fixture.ts';

describe('wrong usage ends with status 2 and a hint', () => {
  it.each([
    [[], 'no command given'],
    [['publsh'], 'did you mean publish?'],
    [['publish'], 'publish what?'],
    [['publish', 'proftp'], 'did you mean proftpd?'],
    [['publish', 'proftpd', '--system', 'x'], 'needs --node'],
    [['publish', 'proftpd', '--node', 'a'], 'at least one log'],
    [['publish', 'proftpd', '--node', 'a', '--sytem', 'x'], 'unknown option --sytem; did you mean --system?'],
    [['publish', 'proftpd', '--node', 'a', '--node', 'b'], 'given twice'],
    [['publish', 'proftpd', '--node'], 'needs a value'],
    [['publish', 'proftpd', '--node', 'a', '--system', 'x', '--utc-offset', 'CET'], '--utc-offset CET'],
    [['publish', 'proftpd', '--node', 'a', 'system.log'], 'what is system.log?'],
    [['publish', 'ndjson'], 'needs one FILE'],
    [['publish', 'ndjson', 'a', 'b'], 'needs one FILE'],
    [['publish', 'ndjson', 'a', '--url', 'ftp://x'], '--url ftp://x'],
    [['publish', 'ndjson', 'a', '--tries', '0'], '--tries 0'],
    [['topics'], 'create or check?'],
    [['topics', 'creat'], 'did you mean create?'],
    [['topics', 'create', 'forensic.blocks'], 'what is forensic.blocks?'],
    [['topics', 'create', '--partitions', 'forensic.blocks'], 'is not TOPIC=N'],
    [['topics', 'create', '--partitions', 'forensic.block=6'], 'did you mean forensic.blocks?'],
    [['topics', 'create', '--partitions', 'forensic.blocks=0'], 'not a number from 1 to 10000'],
    [['topics', 'create', '--partitions', 'forensic.blocks=1', '--partitions', 'forensic.blocks=2'], 'given twice'],
    [['topics', 'create', '--partitions', 'forensic.dead-letters=2'], 'one partition'],
    [['topics', 'create', '--replication', '0'], '--replication 0'],
    [['topics', 'check', '--replication', '1'], 'unknown option'],
    [['dead-letters'], 'list, show or requeue?'],
    [['dead-letters', 'list', '7'], 'what is 7?'],
    [['dead-letters', 'list', '--limit', '10001'], '--limit 10001'],
    [['dead-letters', 'show'], 'needs one OFFSET'],
    [['dead-letters', 'show', '-1'], 'unknown option'],
    [['dead-letters', 'show', 'x'], 'is not a number'],
    [['dead-letters', 'requeue'], 'needs one OFFSET'],
    [['dead-letters', 'requeue', '7', '--all'], 'not both'],
    [['dead-letters', 'requeue', '7', '--from', '3'], '--from goes with --all'],
    [['dead-letters', 'requeue', '--all=yes'], 'takes no value'],
    [['check'], 'needs one FILE'],
    [['check', 'a', 'b'], 'what is b?'],
    [['check', 'a', '--nod', 'x'], 'did you mean --node?'],
  ])('%j: %s', async (args, problem) => {
    const { status, err, out } = await run(args);
    expect(status).toBe(2);
    expect(err).toContain(problem);
    expect(err).toContain('--help');
    expect(out).toBe('');
  });
});

describe('help', () => {
  it.each([
    [['--help']],
    [['publish', '--help']],
    [['publish', 'proftpd', '--help']],
    [['publish', 'ndjson', '-h']],
    [['topics', '--help']],
    [['topics', 'create', '--help']],
    [['topics', 'check', '--help']],
    [['dead-letters', 'help']],
    [['dead-letters', 'list', '--help']],
    [['dead-letters', 'show', '--help']],
    [['dead-letters', 'requeue', '--help']],
    [['check', '--help']],
  ])('is there: %j', async (args) => {
    const { status, out } = await run(args);
    expect(status).toBe(0);
    expect(out).toContain(`usage: fleet-forensics ${args.slice(0, -1).join(' ')}`);
  });
});

describe('publish', () => {
  let folder: string;
  let server: IngestServer;
  let url: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fleet-forensics-cli-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  beforeEach(async () => {
    server = new IngestServer(acceptAll);
    url = (await server.start()).href;
  });
  afterEach(() => server.stop());

  it('ndjson FILE publishes its lines and says how many', async () => {
    const file = join(folder, 'events.ndjson');
    writeFileSync(file, '{"a":1}\n\n{"b":2}');
    const { status, err } = await run(['publish', 'ndjson', file, '--url', url]);
    expect(server.lines).toEqual(['{"a":1}', '{"b":2}']);
    expect(err).toMatch(/^2 events in \d+\.\d s: 2 accepted, 0 rejected\n$/);
    expect(status).toBe(0);
  });

  it('ndjson - publishes standard input, to a server behind a path, too', async () => {
    await run(['publish', 'ndjson', '-', `--url=${url}forensics/`], { stdin: ['{"a"', ':1}\n'] });
    expect(server.received[0]).toMatchObject({ path: '/forensics/v1/events', body: '{"a":1}\n' });
  });

  it('shows each rejected line with its file, number, code and reason, and ends with status 1', async () => {
    await server.stop();
    server = new IngestServer(() => ({
      status: 202,
      json: { accepted: 1, rejected: [{ line: 2, code: 'bad_json', error: 'found \u001b]0;owned\u0007' }], rejectedCount: 1 },
    }));
    const file = join(folder, 'bad.ndjson');
    writeFileSync(file, '{}\n\n{');
    const { status, err } = await run(['publish', 'ndjson', file, '--url', (await server.start()).href]);
    expect(err).toContain(`${file}:3: bad_json: found \\u{1b}]0;owned\\u{7}\n`);
    expect(err).toContain('1 accepted, 1 rejected (bad_json 1)');
    expect(status).toBe(1);
  });

  it('proftpd says when a file is none of the logs that it is said to be, and ends with status 1', async () => {
    const file = join(folder, 'not.a.log');
    writeFileSync(file, 'Dear diary,\nnothing happened.\n');
    const { status, err } = await run(['publish', 'proftpd', '--node', 'ftp-1', '--system', file, '--url', url]);
    expect(err).toContain('is each file behind the right option?');
    expect([status, server.lines]).toEqual([1, []]);
  });

  it('proftpd publishes sessions in the zone that is given', async () => {
    const file = join(folder, 'system.log');
    const prefix = '2026-11-23 06:16:20,579 vm proftpd[7] 192.0.2.1 (203.0.113.7[203.0.113.7]): ';
    writeFileSync(file, `${prefix}FTP session opened.\n${prefix}FTP session closed.\n`);
    const { status, err } = await run([
      'publish',
      'proftpd',
      '--node',
      'ftp-1',
      '--system',
      file,
      '--utc-offset',
      '+01:00',
      '--url',
      url,
    ]);
    const timeMs = Date.UTC(2026, 10, 23, 5, 16, 20, 579);
    const events = server.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events[0]).toMatchObject({ node: 'ftp-1', session: `${timeMs}-7`, open: { clientAddress: '203.0.113.7' } });
    expect(events.at(-1)).toEqual({ node: 'ftp-1', session: `${timeMs}-7`, end: 'closed' });
    expect(events.find(({ seq }) => seq === 1)).toMatchObject({ type: 'SystemLog', time: timeMs * 1000, pid: 7 });
    expect(err).toContain('2 lines read: 1 sessions, 0 criteria');
    expect(status).toBe(0);
  });

  it.each([
    ['ndjson', ['ndjson']],
    ['proftpd', ['proftpd', '--node', 'a', '--system']],
  ])('%s names a file that can not be read, and why', async (_, args) => {
    const missing = join(folder, 'missing');
    expect(await run(['publish', ...args, missing])).toMatchObject({
      status: 1,
      err: `fleet-forensics: cannot read ${missing}: no such file or directory\n`,
    });
    expect((await run(['publish', ...args, folder])).err).toContain(`cannot read ${folder}: illegal operation on a directory`);
    expect(server.received).toEqual([]);
  });

  it('ends with status 1 if there is no server', async () => {
    await server.stop();
    const { status, err } = await run(['publish', 'ndjson', '-', '--url', url], { stdin: ['{}\n'] });
    expect(status).toBe(1);
    expect(err).toMatch(/^fleet-forensics: no answer from http.*ECONNREFUSED.*--url/);
  });
});
