import type { FiledBlock } from '@fleet-forensics/standalone/filed-block';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connected, failToLogIn, failedSession, quit } from './ftp-client.ts';
import { parseLinesHeader } from './lines-header.ts';
import { MODULE_BUILD, describeProftpd } from './proftpd.ts';
import { RecordedServer } from './recorded-server.ts';

const LOGINS = 500;
const AT_ONCE = 64;
/** Of the sessions in a row, so many are open at any time. */
const LANES = 16;

/** What the recorder counts where nothing is lost, refused or repeated; anything else that it counted is a flaw. */
const COUNTED_IN_PEACE = new Set([
  'accepted',
  'socketConnections',
  'socketMessages',
  'records',
  'messages',
  'blocks',
  'ended',
  'filed',
  'filedBytes',
]);

describeProftpd(
  'failing logins',
  () => {
    let node: RecordedServer;

    beforeEach(async () => {
      node = await RecordedServer.start();
    });

    afterEach(() => node.remove());

    it(`have a whole block each, ${AT_ONCE} at once`, { timeout: 60_000 }, async () => {
      const clients = await Promise.all(Array.from({ length: AT_ONCE }, () => connected(node.port)));
      expect(node.ftp.sessions).toHaveLength(AT_ONCE);
      await Promise.all(clients.map((client) => failToLogIn(client)));
      await Promise.all(clients.map((client) => quit(client)));
      await node.blocksWhenThereAre(AT_ONCE);
      expect(flawsOf(await node.stop(), node.blocks, AT_ONCE)).toEqual([]);
    });

    it(`have a whole block each, ${LOGINS} in a row`, { timeout: 120_000 }, async () => {
      let left = LOGINS;
      const lane = async () => {
        while (left-- > 0) await failedSession(node.port);
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      await node.blocksWhenThereAre(LOGINS);
      expect(flawsOf(await node.stop(), node.blocks, LOGINS)).toEqual([]);
    });
  },
  MODULE_BUILD,
);

/** @param counts of the recorder; @param sessions of which each failed to log in once */
function flawsOf(counts: Readonly<Record<string, number>>, blocks: readonly FiledBlock[], sessions: number): string[] {
  const flaws = Object.entries(counts).filter(([name]) => !COUNTED_IN_PEACE.has(name));
  const named = new Set(blocks.map(({ headers }) => headers['Session']));
  const incomplete = blocks.filter((block) => !isWhole(block));
  return [
    ...flaws.map(([name, count]) => `the recorder counted: ${name} ${count}`),
    ...(blocks.length === sessions && named.size === sessions ? [] : [`${blocks.length} blocks of ${named.size} sessions`]),
    ...incomplete.map(({ marker, headers }) => `${marker} of ${headers['Session']}: Lines: ${headers['Lines']}`),
  ];
}

function isWhole({ marker, headers, lines }: FiledBlock): boolean {
  const { inBlock, received, firstSeq, missing, droppedAtSource } = parseLinesHeader(headers['Lines']);
  const isComplete = [inBlock, received].every((count) => count === lines.length) && firstSeq === 1;
  return marker === 'FAILED LOGIN' && isComplete && missing === 0 && droppedAtSource === 0;
}
