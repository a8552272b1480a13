import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { MODULE_BUILD, describeProftpd } from './proftpd.ts';
import { RecordedServer } from './recorded-server.ts';
import { loggedSessions } from './session-log.ts';

/** curl's status for a login that was refused. */
const LOGIN_DENIED = 67;

function writeHostKey(file: string): void {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(file, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
}

function logInBySftp(port: number, password: string): number | null {
  const args = ['--silent', '--insecure', '--user', `alice:${password}`, `sftp://127.0.0.1:${port}/`];
  return spawnSync('curl', args, { stdio: 'ignore' }).status;
}

describeProftpd(
  'logins by SFTP',
  () => {
    it('that fail have one block each, though ProFTPD tells of them twice', async () => {
      const node = await RecordedServer.start({
        modules: [{ name: 'mod_sftp.c' }],
        directives: (dir) => {
          writeHostKey(join(dir, 'host.key'));
          return ['SFTPEngine on', `SFTPHostKey ${join(dir, 'host.key')}`, 'SFTPAuthMethods password', 'SFTPLog none'];
        },
      });
      onTestFinished(() => node.remove());
      expect(logInBySftp(node.port, 'wrong')).toBe(LOGIN_DENIED);
      await node.stop();
      const sessions = [...(await loggedSessions(node.dataDir)).values()];
      expect(sessions.map(({ criteria }) => criteria)).toEqual([['FailedLogin']]);
      expect(node.blocks.map(({ marker, headers }) => [marker, headers['Protocol']])).toEqual([['FAILED LOGIN', 'ssh2']]);
    });
  },
  [...MODULE_BUILD, 'mod_sftp.so', 'curl'],
);
