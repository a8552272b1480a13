import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../command-run.fixture.ts';

let dir: string;
let file: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-check-'));
  file = join(dir, 'forensics.conf');
});
afterAll(() => rmSync(dir, { recursive: true }));

async function check(text: string, ...args: string[]) {
  writeFileSync(file, text);
  const { status, out, err } = await run(['check', file, ...args], { env: { PLACE: 'there', FF_POLICY_DEFINES: 'DEFINED' } });
  return { status, out: out.replaceAll(file, 'F'), err: err.replaceAll(file, 'F') };
}

const SERVERS = `ForensicLogEngine on
ForensicLogFile /%{env:PLACE}/%{node}.log
<Node ftp-eu-*>
  ForensicLogBufferSize 4096
</Node>
<Global>
  ForensicLogCriteria failedlogin
</Global>
<VirtualHost 192.0.2.1>
  ServerName "Example"
  Port 2121
  ForensicLogEngine on
</VirtualHost>
`;

const MAIN = `  ForensicLogEngine      on                                                        F:1
  ForensicLogBufferSize  1024                                                      default
  ForensicLogCapture     Unspec TransferLog syslog SystemLog ExtendedLog TraceLog  default
  ForensicLogCriteria    FailedLogin                                               F:7
  ForensicLogFile        /there/%{node}.log                                        F:2
  ForensicLogFormat      extended                                                  default
`;
const MAIN_EU = MAIN.replace(/1024( +)default/, '4096$1F:4');
const VIRTUAL = MAIN.replace('F:1', 'F:12')
  .replace('/there/%{node}.log', 'none              ')
  .replace('F:2\n', 'default\n')
  .concat('  Nothing is filed from here: there is no ForensicLogFile.\n');
const VIRTUAL_TITLE = '<VirtualHost 192.0.2.1> port 2121 "Example" (F:9)';

describe('check shows', () => {
  it('each policy with the directive that decided each value', async () => {
    expect(await check(SERVERS)).toEqual({
      status: 0,
      err: '',
      out: `server config on nodes ftp-eu-*\n${MAIN_EU}\n${VIRTUAL_TITLE} on nodes ftp-eu-*\n${VIRTUAL}\nserver config on other nodes\n${MAIN}\n${VIRTUAL_TITLE} on other nodes\n${VIRTUAL}\n`,
    });
  });

  it('those of one node', async () => {
    const { out } = await check(SERVERS, '--node', 'FTP-EU-7');
    expect(out).toBe(`server config on node FTP-EU-7\n${MAIN_EU}\n${VIRTUAL_TITLE} on node FTP-EU-7\n${VIRTUAL}\n`);
  });

  it.each([
    [['--server', '192.0.2.1:2121'], `${VIRTUAL_TITLE}\n${VIRTUAL}\n`],
    [['--name', 'example'], `${VIRTUAL_TITLE}\n${VIRTUAL}\n`],
    [['--server', '192.0.2.1:21'], `server config\n${MAIN}\n`],
    [['--server', '[2001:db8::1]:21', '--node', 'ftp-eu-1'], `server config\n${MAIN_EU}\n`],
  ])('the one of a session: %j', async (args, shown) => {
    expect(await check(SERVERS, ...args)).toEqual({ status: 0, err: '', out: shown });
  });

  it('plainly that nothing is captured, as without a ForensicLogEngine', async () => {
    const { status, out } = await check('ForensicLogFile /x\n');
    expect([status, out]).toEqual([0, expect.stringContaining('  Nothing is captured here: ForensicLogEngine is off.\n')]);
  });

  it('what --define, --module and the settings let through, and what is passed over without them', async () => {
    const section = (name: string) => `<${name}>\nForensicLogBufferSize 7\n</${name.split(' ')[0]}>\n`;
    expect((await check(section('IfDefine DEFINED'))).out).toContain('ForensicLogBufferSize  7 ');
    expect((await check(section('IfDefine EU'), '--define', 'EU')).out).toContain('ForensicLogBufferSize  7 ');
    expect((await check(section('IfModule mod_tls.c'), '--module', 'mod_tls.c')).out).toContain('ForensicLogBufferSize  7 ');
    const { status, out, err } = await check(section('IfModule mod_tls.c'));
    expect([status, out]).toEqual([0, expect.stringContaining('ForensicLogBufferSize  1024 ')]);
    expect(err).toMatch(/^warning: F:1: <IfModule mod_tls\.c>: 1 directives in it are passed over/);
  });
});

describe('check of a file that is wrong', () => {
  it('tells all that is wrong, each with its place, and ends with status 1', async () => {
    const text = `ForensicLogEngine maybe\nForensicLogFil /x\n<Anonymous ~ftp>\n  ForensicLogFile /x\n</Anonymous>\n`;
    expect(await check(text)).toEqual({
      status: 1,
      out: '',
      err: [
        'F:1: ForensicLogEngine: expected Boolean parameter, not "maybe"',
        "F:2: unknown configuration directive 'ForensicLogFil'; did you mean ForensicLogFile?",
        'F:4: ForensicLogFile: directive not allowed in <Anonymous> context',
        '',
      ].join('\n'),
    });
  });

  it('shows control characters in it as what they are', async () => {
    expect((await check('ForensicLogCapture \u001b]0;owned\u0007\n')).err).toContain('unknown log type: \\u{1b}]0;owned\\u{7}\n');
  });

  it('or is not there says so, with status 1', async () => {
    const { status, err } = await run(['check', join(dir, 'none')]);
    expect([status, err]).toEqual([1, `fleet-forensics: cannot read ${join(dir, 'none')}: it is not there\n`]);
  });
});
