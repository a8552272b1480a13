import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { FtpServer, type FtpServerOptions } from '../../test/proftpd/ftp-server.ts';
import { ALL_MESSAGES } from '../../test/proftpd/proftpd-conf.ts';
import { RecordedServer } from '../../test/proftpd/recorded-server.ts';
import { RUNS, Table } from '../table.ts';
import { hashAsInService } from './login-cost.ts';
import { cpuOfFailedLogin } from './sessions-cpu.ts';

/** Some seconds a run; the kernel's clock for ended processes shows a hundredth of a second. */
const SESSIONS = 200;

const dirs: string[] = [];

/** A server that logs what the one with our module logs. */
function startServer({ modules = [], directives = [] }: FtpServerOptions): Promise<FtpServer> {
  const dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-bench-'));
  dirs.push(dir);
  return FtpServer.start(dir, { modules, directives: [...ALL_MESSAGES, ...directives] });
}

/** CPU of a failed login in each of the servers, one behind the other: what disturbs the machine disturbs all. */
async function runAll(servers: Servers): Promise<Record<keyof Servers, number>> {
  return {
    bare: await cpuOfFailedLogin(servers.bare, SESSIONS),
    upstream: await cpuOfFailedLogin(servers.upstream, SESSIONS),
    ours: await cpuOfFailedLogin(servers.ours, SESSIONS),
  };
}

interface Servers {
  readonly bare: FtpServer;
  readonly upstream: FtpServer;
  readonly ours: FtpServer;
}

process.stdout.write(`${cpus().length} cores, ${cpus()[0]?.model.trim()}, Node ${process.version}, ${RUNS} runs each\n\n`);
const recorded = await RecordedServer.start();
const bare = await startServer({});
const upstream = await startServer({
  modules: [{ name: 'mod_log_forensic.c' }],
  directives: ['ForensicLogEngine on', `ForensicLogFile ${join(bare.dir, 'forensic.log')}`],
});
for (const server of [bare, upstream, recorded.ftp]) hashAsInService(server);
try {
  const table = new Table();
  await table.measure(
    () => runAll({ bare, upstream, ours: recorded.ftp }),
    [
      { name: 'CPU of a session with a failed login, bare ProFTPD', unit: 'ms', digits: 2, of: (run) => run.bare },
      { name: '  with mod_log_forensic', unit: 'ms', digits: 2, of: (run) => run.upstream },
      { name: '  with mod_fleet_forensics, its socket read by the recorder', unit: 'ms', digits: 2, of: (run) => run.ours },
      { name: '  mod_log_forensic adds', unit: 'ms', digits: 2, of: (run) => run.upstream - run.bare },
      { name: '  mod_fleet_forensics adds', unit: 'ms', digits: 2, of: (run) => run.ours - run.bare },
      { name: '  mod_log_forensic', unit: '× bare', digits: 2, of: (run) => run.upstream / run.bare },
      { name: '  mod_fleet_forensics; the goal is 1.15', unit: '× bare', digits: 2, of: (run) => run.ours / run.bare },
      { name: '  the same', unit: '× mod_log_forensic', digits: 2, atMost: 1, of: (run) => run.ours / run.upstream },
    ],
  );
  process.exitCode = table.isReached ? 0 : 1;
} finally {
  await Promise.all([bare.stop(), upstream.stop()]);
  await recorded.remove();
  for (const dir of dirs) rmSync(dir, { recursive: true });
}
