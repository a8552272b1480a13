import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FiledBlock } from '@fleet-forensics/standalone/filed-block';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { failedSession } from './ftp-client.ts';
import { FtpServer } from './ftp-server.ts';
import { parseLinesHeader } from './lines-header.ts';
import { pairLogins } from './login-timing.ts';
import { MODULE_BUILD, describeProftpd } from './proftpd.ts';
import { ALL_MESSAGES } from './proftpd-conf.ts';
import { RawClient } from './raw-client.ts';
import { RecordedServer } from './recorded-server.ts';

const STOPPED_MS = 10_000;
/** What a login may take longer for an agent that stands still. */
const DELAY_MS = 100;
/**
 * An agent that stands still delays every login in the same way, since each session fills buffers of its own: a wait of our module is in
 * every pair. The slowest quarter belongs to the machine, and to ProFTPD, which takes no connection for 200 to 400 ms after a
 * timer of its own has gone off.
 */
const SHARE_IN_TIME = 0.75;

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * values.length)]!;
}

function missingOf({ headers }: FiledBlock): number {
  return parseLinesHeader(headers['Lines']).missing;
}

describeProftpd(
  'an agent that is not there for a while',
  () => {
    let node: RecordedServer;

    beforeEach(async () => {
      node = await RecordedServer.start();
    });

    afterEach(() => node.remove());

    it(`delays no login by ${DELAY_MS} ms while it stands still, and the gaps are counted`, { timeout: 60_000 }, async () => {
      const dir = join(node.dir, 'control');
      mkdirSync(dir);
      // The same server without our module.
      const control = await FtpServer.start(dir, { directives: ALL_MESSAGES });
      onTestFinished(() => control.stop());
      node.recorder.signal('SIGSTOP');
      const { excessMs, clients, controlClients } = await pairLogins(node.port, control.port, performance.now() + STOPPED_MS);
      node.recorder.signal('SIGCONT');
      for (const client of controlClients) client.close();
      expect(quantile(excessMs, SHARE_IN_TIME)).toBeLessThanOrEqual(DELAY_MS);

      const blocks = await node.blocksWhenThereAre(excessMs.length, async () => {
        for (const client of clients) await client.command('NOOP');
      });
      for (const client of clients) client.close();
      expect(blocks).toHaveLength(excessMs.length);
      for (const { marker, headers, lines } of blocks) {
        const { inBlock, missing, droppedAtSource } = parseLinesHeader(headers['Lines']);
        expect([marker, inBlock]).toEqual(['FAILED LOGIN', lines.length]);
        expect(missing).toBeGreaterThan(0);
        expect(droppedAtSource).toBe(missing);
      }
    });

    it('gets new sessions whole and old ones with a gap once it is back after a kill', { timeout: 60_000 }, async () => {
      const client = await RawClient.connect(node.port);
      const talk = async () => {
        await client.command('NOOP');
      };
      // When a later session's block is in its file, what this one has said is on the log.
      await failedSession(node.port);
      await node.blocksWhenThereAre(1);
      await node.killRecorder();
      await talk();
      await node.startRecorder();
      await failedSession(node.port);
      await client.failToLogIn();
      await node.blocksWhenThereAre(3, talk);
      await client.failToLogIn();
      const blocks = await node.blocksWhenThereAre(4, talk);
      client.close();

      const sessions = [...Map.groupBy(blocks, ({ headers }) => headers['Session']).values()];
      const [gap, whole] = sessions.find(({ length }) => length === 2)!;
      expect(missingOf(gap!)).toBeGreaterThan(0);
      expect(gap!.lines.filter((line) => line.includes('FTP session opened'))).not.toEqual([]);
      expect(missingOf(whole!)).toBe(0);
      const others = sessions.filter(({ length }) => length === 1);
      expect(others.map(([block]) => missingOf(block!))).toEqual([0, 0]);
    });
  },
  MODULE_BUILD,
);
