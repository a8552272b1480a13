import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run, type Run } from '../../apps/cli/src/command-run.fixture.ts';
import { post, RecorderProcess } from './recorder-process.ts';

const SESSIONS = 60;
const ROTATE_BYTES = 8_000;

const base = mkdtempSync(join(tmpdir(), 'fleet-forensics-verify-'));
const data = join(base, 'data');
const root = join(data, 'forensic');
const journal = join(data, 'journal.sqlite');
const key = join(base, 'key.pem');
const publicKey = join(base, 'public.pem');

function verify(...args: string[]): Promise<Run> {
  return run(['verify', '--all', '--data', data, ...args]);
}

/** Files blocks in a recorder of its own, verifies while it is at work, and stops it. */
async function fileBlocks(): Promise<Run> {
  const recorder = await RecorderProcess.start(data, {
    FF_SIGN_KEY_FILE: key,
    FF_SIGN_EVERY: '4',
    FF_WRITER_ROTATE_BYTES: String(ROTATE_BYTES),
    FF_WRITER_ROTATED_GZIP: 'on',
  });
  try {
    for (let session = 0; session < SESSIONS; session++) {
      const name = { node: 'ftp-1', session: `s${session}` };
      const lines = Array.from({ length: 20 }, (_, line) => ({ ...name, type: 'SystemLog', level: 5, message: `line ${line}` }));
      await post(recorder.url, [...lines, { ...name, criterion: 'FailedLogin' }]);
    }
    await vi.waitFor(() => expect(filedCount()).toBe(SESSIONS), { timeout: 30_000 });
    return await verify();
  } finally {
    await recorder.kill('SIGTERM');
  }
}

function filedCount(): number {
  const database = new DatabaseSync(journal, { readOnly: true });
  const { blocks } = database.prepare('SELECT count(*) AS blocks FROM blocks').get() as { blocks: number };
  database.close();
  return blocks;
}

function flipped(path: string, offset: number): void {
  const content = readFileSync(path);
  content.writeUInt8(content.readUInt8(offset) ^ 1, offset);
  writeFileSync(path, content);
}

describe('what a recorder has filed', () => {
  let whileAtWork: Run;
  beforeAll(async () => {
    writeFileSync(publicKey, (await run(['signing-key', 'create', key])).out);
    whileAtWork = await fileBlocks();
  }, 60_000);
  afterAll(() => rmSync(base, { recursive: true }));

  it('is intact while it is at work, and its rotated and compressed files are', () => {
    expect([whileAtWork.status, whileAtWork.out]).toEqual([0, expect.stringMatching(/^intact +\/forensic\.log: /m)]);
    expect(readdirSync(root).filter((name) => /^forensic\.log\.\d+(\.gz)?$/.test(name)).length).toBeGreaterThan(1);
  });

  it('is the same by journal, filings and signatures', async () => {
    const { status, out, err } = await verify('--filings', '--public-key', publicKey);
    expect([status, out.match(/^(?!intact|note)./gm)]).toEqual([0, null]);
    expect(out).toMatch(/^note +\/forensic\.log\.1: signed to its end$/m);
    expect(err).toMatch(new RegExp(`^${SESSIONS} filings read$`, 'm'));
  });

  it.each([
    ['the filings', ['--filings']],
    ['the signatures', ['--public-key', publicKey]],
  ])('can be checked by %s alone', async (name, options) => {
    renameSync(journal, `${journal}.away`);
    try {
      const { out, err } = await verify(...options);
      expect(err).toContain(`going by ${name} alone`);
      expect(out).toMatch(/^intact +\/forensic\.log\.1: \d+ blocks/m);
      flipped(join(root, 'forensic.log'), 100);
      const damaged = await verify(...options);
      expect([damaged.status, damaged.out]).toEqual([
        1,
        expect.stringMatching(/^ALTERED +\/forensic\.log: block \w{32} at offset 0/m),
      ]);
    } finally {
      flipped(join(root, 'forensic.log'), 100);
      renameSync(`${journal}.away`, journal);
    }
  });

  it('is not vouched for by a signature that was altered, removed, or made with another key', async () => {
    const path = join(root, 'forensic.log.1.sig');
    const whole = readFileSync(path);
    const lines = whole.toString().split(/(?<=\n)/);
    expect(lines.length).toBeGreaterThan(1);
    const redated = lines[0]!.replace(/"signedAtUs":\d/, '"signedAtUs":2');
    const ofAnother = readFileSync(join(root, 'forensic.log.2.sig'), 'utf8');
    for (const altered of [redated + lines[1]!, lines.slice(1).join(''), ofAnother]) {
      writeFileSync(path, altered);
      const { status, out } = await verify('--public-key', publicKey);
      expect([status, out]).toEqual([1, expect.stringMatching(/^SIGNATURE .*forensic\.log\.1\.sig, line 1: /m)]);
    }
    writeFileSync(path, whole);
    const other = join(base, 'other.pem');
    const otherPublic = join(base, 'other-public.pem');
    writeFileSync(otherPublic, (await run(['signing-key', 'create', other])).out);
    const { status, out } = await verify('--public-key', otherPublic);
    expect([status, out]).toEqual([1, expect.stringContaining('it is signed with another key')]);
  });
});
