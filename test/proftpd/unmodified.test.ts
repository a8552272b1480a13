import { existsSync, readFileSync, renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FiledBlock } from '@fleet-forensics/standalone/filed-block';
import { blocksWhen } from '../e2e/recorder-process.ts';
import { CRITERION_SESSIONS, endSession } from './criterion-sessions.ts';
import { connected, failedSession, failToLogIn, loggedIn, quit } from './ftp-client.ts';
import { parseLinesHeader } from './lines-header.ts';
import { describeProftpd } from './proftpd.ts';
import { UnmodifiedNode } from './unmodified-node.ts';

/** What is filed beyond the blocks that are there, once there are `count` more. */
async function filedAfter(node: UnmodifiedNode, count: number, run: () => Promise<void>): Promise<FiledBlock[]> {
  const { length } = node.blocks;
  await run();
  const isComplete = (blocks: readonly FiledBlock[]) => blocks.length >= length + count;
  return (await blocksWhen(() => node.blocks, isComplete)).slice(length);
}

/** What ingest sends again after a restart is passed over, and the block says how much that was. */
function expectWhole({ headers, lines }: FiledBlock): void {
  const { inBlock, received, missing } = parseLinesHeader(headers['Lines']?.replace(/, repeated \d+/, ''));
  expect([inBlock, received, missing]).toEqual([lines.length, lines.length, 0]);
}

describeProftpd('an unmodified node', () => {
  describe.each(['fifo', 'tail'] as const)('read through %s', (way) => {
    let node: UnmodifiedNode;

    beforeAll(async () => {
      node = await UnmodifiedNode.start(way);
    });
    afterAll(() => node.remove());

    it.each(CRITERION_SESSIONS)('has the blocks of $what', async ({ marker, blocks, run }) => {
      const filed = await filedAfter(node, blocks, () => run(node.ftp));
      expect(filed.map((block) => block.marker)).toEqual(Array.from({ length: blocks }, () => marker));
    });

    it.each([
      { signal: 'SIGKILL', detail: 'the process is gone and its logs do not say why', last: /response:1>: 200 Type set to I/ },
      { signal: 'SIGSEGV', detail: 'segmentation fault', last: /ProFTPD terminating \(signal 11\)/ },
    ] as const)('has the block of a session whose process dies by $signal', async ({ signal, detail, last }) => {
      const [block, ...others] = await filedAfter(node, 1, async () => {
        await loggedIn(node.ftp.port);
        endSession(node.ftp, signal);
      });
      expect(others).toEqual([]);
      expect(block!.marker).toBe('UNTIMELY DEATH');
      expect(block!.headers).toMatchObject({ User: 'alice', Detail: detail });
      expect(block!.lines.some((line) => last.test(line))).toBe(true);
      expectWhole(block!);
    });

    it('has exactly one whole block of each of 160 failed logins, sixteen at a time', async () => {
      const filed = await filedAfter(node, 160, async () => {
        const clients = Array.from({ length: 16 }, async () => {
          for (let login = 0; login < 10; login += 1) await failedSession(node.ftp.port);
        });
        await Promise.all(clients);
      });
      // Each session's own, and no second one: what comes too many comes with the next session's.
      expect(new Set(filed.map(({ headers }) => headers['Session'])).size).toBe(160);
      expect(filed).toHaveLength(160);
      for (const block of filed) expectWhole(block);
    });

    it('has no block of a session that ends as it should, and ends it once', async () => {
      const filed = await filedAfter(node, 1, async () => {
        await quit(await loggedIn(node.ftp.port));
        await failedSession(node.ftp.port);
      });
      expect(filed.map(({ marker }) => marker)).toEqual(['FAILED LOGIN']);
    });
  });

  describe('read through files', () => {
    let node: UnmodifiedNode;

    beforeAll(async () => {
      node = await UnmodifiedNode.start('tail');
    });
    afterAll(() => node.remove());

    it('loses and repeats nothing of a session during which ingest is killed, and started again later', async () => {
      const filed = await filedAfter(node, 2, async () => {
        const client = await connected(node.ftp.port);
        await node.restartRecorder(async () => failToLogIn(client));
        await failToLogIn(client);
        await node.restartRecorder();
        await quit(client);
      });
      expect(filed.map(({ marker }) => marker)).toEqual(['FAILED LOGIN', 'FAILED LOGIN']);
      expect(new Set(filed.map(({ headers }) => headers['Session'])).size).toBe(1);
      for (const block of filed) expectWhole(block);
    });

    it('follows a session to the file that was rotated away under it, and the next one to the new file', async () => {
      const filed = await filedAfter(node, 2, async () => {
        const client = await connected(node.ftp.port);
        const logs = node.logs.filter((log) => existsSync(log));
        for (const log of logs) renameSync(log, `${log}.1`);
        process.kill(node.ftp.pid, 'SIGHUP');
        // The others are opened by the next session.
        await expect.poll(() => existsSync(logs[0]!), { timeout: 10_000 }).toBe(true);
        await failToLogIn(client);
        await quit(client);
        await failedSession(node.ftp.port, 'mallory');
      });
      expect(filed.map(({ headers }) => headers['Attempted-User'])).toEqual(expect.arrayContaining(['alice', 'mallory']));
      for (const block of filed) expectWhole(block);
      const [systemLog] = node.logs;
      expect(readFileSync(`${systemLog}.1`, 'latin1')).toContain('USER alice (Login failed)');
      expect(readFileSync(systemLog!, 'latin1')).toContain('USER mallory: no such user');
    });
  });
});
