import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endSession } from './criterion-sessions.ts';
import { loggedIn } from './ftp-client.ts';
import { parseLinesHeader } from './lines-header.ts';
import { MODULE_BUILD, describeProftpd } from './proftpd.ts';
import { RecordedServer } from './recorded-server.ts';

const DEATHS = [
  { signal: 'SIGKILL', last: { 'system.log': /./, 'trace.log': /./ } },
  // It still says what it dies of, and tells its modules. The block is filed then.
  {
    signal: 'SIGSEGV',
    last: { 'system.log': /ProFTPD terminating \(signal 11\)$/, 'trace.log': /event 'core\.exit' to mod_fleet_forensics/ },
  },
] as const;

/** The last line of a session in one of ProFTPD's logs, or the last one like this. */
function lastLineOf(file: string, pid: number, like: RegExp): string {
  const lines = readFileSync(file, 'latin1').split('\n');
  return lines.findLast((line) => line.includes(`[${pid}]`) && like.test(line))!;
}

describeProftpd(
  'a session whose process dies',
  () => {
    let node: RecordedServer;

    beforeAll(async () => {
      node = await RecordedServer.start({
        modules: [{ name: 'mod_log_forensic.c' }],
        directives: (dir) => [
          'ForensicLogEngine on',
          `ForensicLogFile ${join(dir, 'upstream.log')}`,
          'ForensicLogCriteria FailedLogin UntimelyDeath ModuleConfig',
        ],
        // Logs to hold the block against.
        logs: (dir) => [
          'DebugLevel 10',
          `SystemLog ${join(dir, 'system.log')}`,
          `TraceLog ${join(dir, 'trace.log')}`,
          'Trace DEFAULT:20',
          'TransferLog /dev/null',
        ],
      });
    });

    afterAll(() => node.remove());

    it.each(DEATHS)(
      'by $signal has a block with the last line that it logged, of which mod_log_forensic has none',
      async (death) => {
        const { length } = node.blocks;
        await loggedIn(node.port);
        const [pid] = node.ftp.sessions;
        endSession(node.ftp, death.signal);
        const blocks = await node.blocksWhenThereAre(length + 1);
        expect(blocks.slice(length).map(({ marker }) => marker)).toEqual(['UNTIMELY DEATH']);
        const { headers, lines } = blocks.at(-1)!;
        const { inBlock, received, missing } = parseLinesHeader(headers['Lines']);
        expect([inBlock, received, missing]).toEqual([lines.length, lines.length, 0]);
        for (const [log, last] of Object.entries(death.last)) {
          const logged = lastLineOf(join(node.ftp.dir, log), pid!, last);
          expect(
            lines.filter((line) => line.endsWith(`] ${logged}`)),
            log,
          ).not.toEqual([]);
        }
        const upstream = join(node.ftp.dir, 'upstream.log');
        expect(existsSync(upstream) ? readFileSync(upstream, 'latin1') : '').toBe('');
      },
    );
  },
  MODULE_BUILD,
);
