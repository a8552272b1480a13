import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { blocksWhen, filedBlocks, post } from '../e2e/recorder-process.ts';
import { ServiceProcess } from '../e2e/service-process.ts';

const OF = { node: 'ftp-1', session: 's' };
const message = (seq: number) => ({ ...OF, type: 'TraceLog', level: 7, message: `line ${seq}`, seq });
const failedLogin = (seq: number) => ({ ...OF, criterion: 'FailedLogin', seq });
const POLICY = 'ForensicLogEngine on\nForensicLogFile /old.log\n';

let dir: string;
let recorder: ServiceProcess;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-reload-'));
});
afterEach(async () => {
  await recorder.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const start = (environment: Record<string, string>) =>
  ServiceProcess.start('standalone', { FF_DATA_DIR: join(dir, 'data'), FF_POLICY_POLL_MS: '3600000', ...environment });

it('a running recorder takes a new policy from its file and at SIGHUP, keeps live rings, and says when the file is wrong', async () => {
  const file = join(dir, 'forensics.conf');
  writeFileSync(file, POLICY);
  recorder = await start({ FF_POLICY_FILE: file });
  expect(recorder.output).toContain(`policies come from ${file}`);
  await post(recorder.url, [message(1), message(2)]);

  writeFileSync(file, 'ForensicLogEngine maybe\n');
  await recorder.says(/^ready: policy of .* is out of date: .*forensics\.conf:1: ForensicLogEngine: expected Boolean parameter/m);
  await post(recorder.url, [message(3)]);

  writeFileSync(file, POLICY.replace('/old.log', '/new.log'));
  await recorder.says(/was read again/);
  await recorder.says(/^ready$/m);
  recorder.signal('SIGHUP');
  await recorder.says(/was read again[^]*was read again/);
  await post(recorder.url, [message(4), failedLogin(5)]);

  const filed = () => filedBlocks(join(dir, 'data/forensic'), 'new.log');
  const [block] = await blocksWhen(filed, ({ length }) => length === 1);
  expect(block?.lines.map((line) => line.replace(/^\[.*?\] /, ''))).toEqual(['line 1', 'line 2', 'line 3', 'line 4']);
  expect(await recorder.kill('SIGTERM')).toBe(0);
  expect(recorder.output).toMatch(/policyReloads 2, policyRejected 1/);
  expect(() => readFileSync(join(dir, 'data/forensic/old.log'))).toThrow('ENOENT');
});

it('a recorder does not start on a policy file that is wrong, and says all that is', async () => {
  const file = join(dir, 'forensics.conf');
  writeFileSync(file, 'ForensicLogEngine maybe\nForensicLogFil /x\n');
  recorder = ServiceProcess.spawn('standalone', { FF_DATA_DIR: join(dir, 'data'), FF_POLICY_FILE: file });
  expect(await recorder.exited).toBe(1);
  expect(recorder.output).toContain(`FF_BAD_DIRECTIVES: ${file}:1: ForensicLogEngine`);
  expect(recorder.output).toContain(`${file}:2: unknown configuration directive 'ForensicLogFil'; did you mean ForensicLogFile?`);
});
