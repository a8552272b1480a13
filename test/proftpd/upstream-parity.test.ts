import type { FiledBlock } from '@fleet-forensics/standalone/filed-block';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { compareBlocks } from './block-comparison.ts';
import { CRITERION_SESSIONS, beTurnedAway } from './criterion-sessions.ts';
import { MODULE_BUILD, describeProftpd } from './proftpd.ts';
import { TwinServer } from './twin-server.ts';
import { parseUpstreamFile } from './upstream-file.ts';

/** How mod_log_forensic's session begins: our module, loaded behind it, has seen that, and mod_log_forensic has not. */
const UPSTREAM_BEGINS = [
  expect.stringMatching(/invoking sess_init callback on mod_log_forensic\.c$/),
  expect.stringMatching(/module 'log_forensic' .* registering handler for event 'core\.log\.tracelog'/),
];
/** Upstream's ring of N yields N-1; two messages more lie between the moments when one module and the other is told. */
const OTHER_OLDER_LINES = 2;

/** @param bufferSize of rings that are full */
function expectSameOfFull(upstream: FiledBlock, ours: FiledBlock, bufferSize: number): void {
  const { older, olderUpstream, differences } = compareBlocks(upstream, ours);
  expect(differences.join('\n')).toBe('');
  expect([ours.lines.length, upstream.lines.length]).toEqual([bufferSize, bufferSize - 1]);
  expect(older.length + olderUpstream.length).toBeLessThanOrEqual(OTHER_OLDER_LINES);
}

/** Of rings that hold everything. */
function expectSame(upstream: FiledBlock, ours: FiledBlock, isFirstOfSession: boolean): void {
  const { older, olderUpstream, differences } = compareBlocks(upstream, ours);
  expect(differences.join('\n')).toBe('');
  expect(olderUpstream).toEqual([]);
  expect(isFirstOfSession ? [older[0], older.at(-1)] : older).toEqual(isFirstOfSession ? UPSTREAM_BEGINS : []);
}

describeProftpd(
  'blocks of our module and of mod_log_forensic',
  () => {
    describe.each([2, 16, 1024])('with rings of %i messages', (bufferSize) => {
      let server: TwinServer;

      beforeAll(async () => {
        server = await TwinServer.start({ bufferSize });
      });

      afterAll(() => server.node.remove());

      it.each(CRITERION_SESSIONS)('are the same after $what', async ({ run, marker, blocks }) => {
        const written = await server.blocksOf(() => run(server.node.ftp), blocks);
        const upstream = parseUpstreamFile(written.upstream);
        expect(written.ours.map((block) => block.marker)).toEqual(Array.from({ length: blocks }, () => marker));
        expect(upstream).toHaveLength(blocks);
        for (const [index, block] of upstream.entries()) {
          const ours = written.ours[index]!;
          if (ours.lines.length === bufferSize) expectSameOfFull(block, ours, bufferSize);
          else expectSame(block, ours, index === 0);
        }
      });
    });

    it('are the same after a connection that mod_load denies', async () => {
      const server = await TwinServer.start({ directives: ['MaxLoad 0.0'] });
      onTestFinished(() => server.node.remove());
      const written = await server.blocksOf(() => beTurnedAway(server.node.port), 1);
      const [upstream, ...others] = parseUpstreamFile(written.upstream);
      expect([others.length, written.ours.map(({ marker }) => marker)]).toEqual([0, ['MODULE CONFIG']]);
      expectSame(upstream!, written.ours[0]!, true);
    });

    it('differ in the newest line, which only ours has', async () => {
      const server = await TwinServer.start({ bufferSize: 2, capture: 'TransferLog' });
      onTestFinished(() => server.node.remove());
      const { run } = CRITERION_SESSIONS.find(({ what }) => what.startsWith('transfers'))!;
      const written = await server.blocksOf(() => run(server.node.ftp), 1);
      const [upstream] = parseUpstreamFile(written.upstream);
      const [ours] = written.ours;
      expect(ours!.lines.map((line) => / b _ (\w) /.exec(line)?.[1])).toEqual(['i', 'o']);
      expect(upstream!.lines).toEqual(ours!.lines.slice(0, 1));
    });
  },
  MODULE_BUILD,
);
