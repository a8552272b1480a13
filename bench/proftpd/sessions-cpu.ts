import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { failedSession } from '../../test/proftpd/ftp-client.ts';
import type { FtpServer } from '../../test/proftpd/ftp-server.ts';

/** Linux tells times in these, whatever its kernel counts in (proc(5), sysconf(_SC_CLK_TCK)). */
const MS_PER_TICK = 10;
const LOOK_EVERY_MS = 5;
/** Sessions at once: most of one's time is spent waiting for a client's delayed acknowledgements. */
const LANES = 8;

/**
 * CPU milliseconds of a session process with one failed login, from fork to exit, user and system: the mean of as many
 * sessions.
 */
export async function cpuOfFailedLogin(ftp: FtpServer, sessions: number): Promise<number> {
  const before = await endedSessionsCpuMs(ftp);
  let left = sessions;
  const lane = async () => {
    while (left-- > 0) await failedSession(ftp.port);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return ((await endedSessionsCpuMs(ftp)) - before) / sessions;
}

/** Of all sessions that the daemon has had, once none is left: the kernel adds up those of which it has learnt the end. */
async function endedSessionsCpuMs(ftp: FtpServer): Promise<number> {
  while (ftp.sessions.length > 0) await pause(LOOK_EVERY_MS);
  const stat = readFileSync(`/proc/${ftp.pid}/stat`, 'latin1');
  // The name before them may hold anything, a parenthesis too: cutime and cstime are the 14th and 15th behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * MS_PER_TICK;
}
