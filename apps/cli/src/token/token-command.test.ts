import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOfToken } from '@fleet-forensics/shared/access/token';
import { parseTokenList } from '@fleet-forensics/shared/access/token-list';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../command-run.fixture.ts';
import { acceptAll, IngestServer } from '../ingest-server.fixture.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ff-token-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('token create', () => {
  it('prints the token alone, and beside it the line that lets it in, which does not hold it', async () => {
    const args = ['token', 'create', '--node', 'ftp-eu-*', '--node', 'x', '--name', 'eu', '--expires', '2027-01-31'];
    const { status, out, err } = await run(args);
    expect([status, out]).toEqual([0, expect.stringMatching(/^ff_[\w-]{43}\n$/)]);
    const hash = hashOfToken(out.trim());
    expect(err).toBe(`for FF_TOKENS_FILE:\nsha256:${hash} node=ftp-eu-* node=x name=eu expires=2027-01-31T00:00:00Z\n`);
  });

  it('puts the line at the end of the file, which others may not read', async () => {
    const file = join(dir, 'tokens');
    const first = await run(['token', 'create', '--node', 'a', '--file', file]);
    expect([statSync(file).mode & 0o137, first.err]).toEqual([0, `its line is at the end of ${file}\n`]);
    writeFileSync(file, '# without a line end', { flag: 'a' });
    const second = await run(['token', 'create', '--node', 'b', '--file', file]);
    const grants = parseTokenList(readFileSync(file, 'utf8'), file);
    expect([first, second].map(({ out }) => grants.get(hashOfToken(out.trim()))?.nodes)).toEqual([['a'], ['b']]);
  });

  it('hands out no token that the file could not take', async () => {
    const { status, out, err } = await run(['token', 'create', '--node', 'a', '--file', join(dir, 'none', 'tokens')]);
    expect([status, out]).toEqual([1, '']);
    expect(err).toContain("can't be written: ENOENT");
  });

  it.each([
    [[], /needs --node/],
    [['--node', 'a b'], /is no pattern/],
    [['--node', 'a', '--name', 'a b'], /--name a b is not/],
    [['--node', 'a', '--expires', 'soon'], /--expires soon is neither/],
    [['--node', 'a', 'b'], /what is b\?/],
  ])('says what is wrong: %j', async (args, told) => {
    const { status, out, err } = await run(['token', 'create', ...args]);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(told);
  });
});

describe('publish --token-file', () => {
  it('shows the token to the server, and to nobody else', async () => {
    const server = new IngestServer(acceptAll);
    const url = (await server.start()).href;
    writeFileSync(join(dir, 'token'), 'ff_0123456789abcdef\n', { mode: 0o644 });
    const args = ['publish', 'ndjson', '-', '--url', url, '--token-file', join(dir, 'token')];
    const { status, out, err } = await run(args, { stdin: ['{}\n'] });
    await server.stop();
    expect([status, server.received[0]!.headers.authorization]).toEqual([0, 'Bearer ff_0123456789abcdef']);
    expect(out + err).not.toContain('0123456789abcdef');
    expect(err).toContain('is open to everybody on this host');
  });

  it.each([
    [['--token-file', '/none'], /--token-file="\/none" can't be read/],
    [['--url', 'http://user:secret@127.0.0.1'], /secrets belong into a file/],
  ])('is not led to tell a secret: %j', async (args, told) => {
    const { err } = await run(['publish', 'ndjson', '-', ...args], { stdin: ['{}\n'] });
    expect(err).toMatch(told);
    expect(err).not.toContain('user:secret');
  });
});
