import { LOG_TYPE_NAMES, LogType } from '@fleet-forensics/shared/wire/log-type';
import { expect, it, onTestFinished } from 'vitest';
import { failedSession } from './ftp-client.ts';
import { ENDLESS_LINE, HOSTILE_TEXTS } from './hostile-text.ts';
import { parseLinesHeader } from './lines-header.ts';
import { MODULE_BUILD, describeProftpd } from './proftpd.ts';
import { RawClient } from './raw-client.ts';
import { RecordedServer } from './recorded-server.ts';
import { type LoggedMessage, loggedSessions } from './session-log.ts';
import { TwinServer } from './twin-server.ts';

/** A login of an honest client leaves more than this. */
const SHORTEST_BLOCK_BYTES = 10_000;

async function failToLogInAs(port: number, user: string): Promise<void> {
  const client = await RawClient.connect(port);
  await client.failToLogIn(user);
  client.close();
}

/** ProFTPD hangs up. */
async function sendEndlessLine(port: number): Promise<void> {
  const client = await RawClient.connect(port);
  await expect(client.command(`USER ${ENDLESS_LINE}`)).rejects.toThrow('hung up');
}

/** What mod_log_forensic writes of messages: their bytes as they are, whatever lines they make. */
function asUpstreamWrites(messages: readonly LoggedMessage[]): string {
  const written = messages.map(({ type, level, pid, text }) =>
    type === LogType.syslog
      ? `[syslog:${level}, PID ${pid}] ${text}\n`
      : `[${LOG_TYPE_NAMES[type]}:${Math.max(level, 0)}] ${text}`,
  );
  return written.join('');
}

/** What stands between the headers and the end of a text's only block. No parser could tell its lines: a client has forged some. */
function messagesOf(block: string): string {
  return block.slice(block.indexOf('\n\n') + 2, block.lastIndexOf('-----END '));
}

describeProftpd(
  'what a hostile client sends',
  () => {
    it('is on the log byte for byte as mod_log_forensic wrote it', { timeout: 60_000 }, async () => {
      const server = await TwinServer.start();
      onTestFinished(() => server.node.remove());
      const written: string[] = [];
      for (const { text } of HOSTILE_TEXTS) {
        const { upstream } = await server.blocksOf(() => failToLogInAs(server.node.port, text), 1);
        written.push(messagesOf(upstream.toString('latin1')));
      }
      await server.node.stop();
      const sessions = [...(await loggedSessions(server.node.dataDir)).values()];
      const ours = sessions.map(({ messages }) => asUpstreamWrites(messages));
      expect(ours).toHaveLength(HOSTILE_TEXTS.length);
      for (const [index, { what }] of HOSTILE_TEXTS.entries()) {
        expect(written[index]!.length, what).toBeGreaterThan(SHORTEST_BLOCK_BYTES);
        expect(ours.filter((text) => text.includes(written[index]!)).length, what).toBe(1);
      }
    });

    it('forges no block, and harms no later session', { timeout: 60_000 }, async () => {
      const node = await RecordedServer.start();
      onTestFinished(() => node.remove());
      for (const { text } of HOSTILE_TEXTS) {
        await failToLogInAs(node.port, text);
        await failedSession(node.port, 'alice');
      }
      await sendEndlessLine(node.port);
      await failedSession(node.port, 'alice');
      const owed = 2 * HOSTILE_TEXTS.length + 1;
      const blocks = await node.blocksWhenThereAre(owed);
      const { filed } = await node.stop();
      // Read by the rules of docs/FORMAT.md: every byte of the file belongs to one of them.
      expect([node.blocks.length, filed]).toEqual([owed, owed]);
      for (const { marker, headers, lines } of blocks) {
        const { inBlock, received, evicted, missing } = parseLinesHeader(headers['Lines']);
        expect([marker, inBlock, received, evicted, missing]).toEqual(['FAILED LOGIN', lines.length, lines.length, 0, 0]);
      }
      expect(new Set(blocks.map(({ headers }) => headers['Session'])).size).toBe(owed);
      const honest = blocks.filter(({ headers }) => headers['Attempted-User'] === 'alice');
      expect(honest).toHaveLength(HOSTILE_TEXTS.length + 1);
      for (const { lines } of honest) {
        expect(lines.filter((line) => line.endsWith('USER alice (Login failed): Incorrect password'))).toHaveLength(1);
      }
    });
  },
  MODULE_BUILD,
);
