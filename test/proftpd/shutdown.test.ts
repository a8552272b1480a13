import { expect, it, onTestFinished } from 'vitest';
import { connected, loggedIn } from './ftp-client.ts';
import { MODULE_BUILD, describeProftpd } from './proftpd.ts';
import { RecordedServer } from './recorded-server.ts';
import { loggedSessions } from './session-log.ts';

describeProftpd(
  'a server that is shut down',
  () => {
    it('ends its idle sessions without calling it a death', async () => {
      const node = await RecordedServer.start();
      onTestFinished(() => node.remove());
      const clients = [await connected(node.port), await loggedIn(node.port, 'alice'), await loggedIn(node.port, 'bob')];
      expect(node.ftp.sessions).toHaveLength(clients.length);
      await node.stop();
      const sessions = [...(await loggedSessions(node.dataDir)).values()];
      expect(sessions.map(({ ends, criteria }) => ({ ends, criteria }))).toEqual(
        clients.map(() => ({ ends: ['shutdown'], criteria: [] })),
      );
      expect(node.blocks).toEqual([]);
    });
  },
  MODULE_BUILD,
);
