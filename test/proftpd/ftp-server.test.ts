import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connected, failToLogIn, loggedIn, quit } from './ftp-client.ts';
import { FtpServer } from './ftp-server.ts';
import { processStatus } from './process-table.ts';
import { describeProftpd } from './proftpd.ts';

describeProftpd('the server of the other suites', () => {
  let dir: string;
  let server: FtpServer | undefined;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-proftpd-'));
  });

  afterEach(async () => {
    await server?.stop();
    rmSync(dir, { recursive: true });
  });

  it('lets its users in, takes their files, refuses others, and leaves no process behind', async () => {
    server = await FtpServer.start(dir);
    const alice = await loggedIn(server.port);
    const stranger = await connected(server.port);
    await alice.uploadFrom(Readable.from(['a file']), 'upload.txt');
    expect(readFileSync(join(server.home('alice'), 'upload.txt'), 'utf8')).toBe('a file');
    await failToLogIn(stranger, 'mallory');
    const processes = [server.pid, ...server.sessions];
    expect(processes).toHaveLength(3);
    await quit(alice);
    await server.stop();
    expect(processes.map(processStatus)).toEqual(processes.map(() => undefined));
    expect(server.output).toContain('USER mallory: no such user found');
    stranger.close();
  });

  it('says what ProFTPD has against its configuration', async () => {
    await expect(FtpServer.start(dir, { directives: ['NoSuchDirective on'] })).rejects.toThrow('NoSuchDirective');
  });
});
