import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type FtpUser, homeOf, makeAccounts } from './ftp-accounts.ts';
import { childrenOf, processStatus } from './process-table.ts';
import { PROFTPD } from './proftpd.ts';
import { type LoadedModule, proftpdConf, serverUser } from './proftpd-conf.ts';
import { freePort, isListening } from './tcp-port.ts';

const START_WITHIN_MS = 20_000;
/** A daemon that was told to end, and its sessions after it, have this long before they are killed. */
const STOP_WITHIN_MS = 5000;
/** Of finding a free port: another process may take it before the daemon does. */
const ATTEMPTS = 5;
const LOOK_EVERY_MS = 5;

export interface FtpServerOptions {
  /** Lines of proftpd.conf, behind those that every server here has. */
  readonly directives?: readonly string[];
  /** Shared modules in the order in which they are loaded. */
  readonly modules?: readonly LoadedModule[];
}

/** A ProFTPD daemon of its own on a free port of 127.0.0.1, with {@link USERS} and a home directory for each. */
export class FtpServer {
  readonly dir: string;
  readonly port: number;
  readonly #daemon: ChildProcess;

  private constructor(dir: string, port: number, daemon: ChildProcess) {
    this.dir = dir;
    this.port = port;
    this.#daemon = daemon;
  }

  /**
   * Starts it and resolves when it listens; no session is opened for that.
   * @param dir its own, which the caller makes and removes; every user may enter it from then on
   * @throws Error with what ProFTPD said if it refuses its configuration or does not listen
   */
  static async start(dir: string, { directives = [], modules = [] }: FtpServerOptions = {}): Promise<FtpServer> {
    const user = serverUser();
    chmodSync(dir, 0o755);
    makeAccounts(dir, user);
    const conf = join(dir, 'proftpd.conf');
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      rmSync(outputFile(dir), { force: true });
      const logs = directives.some((line) => line.startsWith('SystemLog ')) ? [] : [`SystemLog ${outputFile(dir)}`];
      writeFileSync(conf, proftpdConf({ dir, port, user, directives: [...logs, ...directives], modules }));
      checkConf(dir, conf);
      const daemon = spawnDaemon(dir, conf);
      if (await listens(daemon, port)) return new FtpServer(dir, port, daemon);
      await endDaemon(daemon);
      const said = readFileSync(outputFile(dir), 'latin1');
      if (attempt === ATTEMPTS || !said.includes('Address already in use')) throw new Error(`ProFTPD does not listen:\n${said}`);
    }
  }

  get pid(): number {
    return this.#daemon.pid!;
  }

  /** PIDs of the processes of its sessions, in no order. */
  get sessions(): number[] {
    return childrenOf(this.pid);
  }

  /** What it said on its standard outputs, and its SystemLog, if no directive names another place for that. */
  get output(): string {
    return readFileSync(outputFile(this.dir), 'latin1');
  }

  home(user: FtpUser): string {
    return homeOf(this.dir, user);
  }

  /** Ends it as a service manager does, by SIGTERM, upon which it ends its sessions. Resolves when all are gone. */
  async stop(): Promise<void> {
    const sessions = this.sessions;
    await endDaemon(this.#daemon);
    const giveUpAt = Date.now() + STOP_WITHIN_MS;
    while (sessions.some(isSession) && Date.now() < giveUpAt) await pause(LOOK_EVERY_MS);
    for (const pid of sessions.filter(isSession)) process.kill(pid, 'SIGKILL');
  }
}

function outputFile(dir: string): string {
  return join(dir, 'daemon.log');
}

function checkConf(dir: string, conf: string): void {
  // Not through a pipe: ProFTPD says nothing there.
  const output = openSync(outputFile(dir), 'a');
  const { status } = spawnSync(PROFTPD, ['--configtest', '--config', conf], { stdio: ['ignore', output, output] });
  closeSync(output);
  if (status !== 0) throw new Error(`ProFTPD refuses ${conf}:\n${readFileSync(outputFile(dir), 'latin1')}`);
}

function spawnDaemon(dir: string, conf: string): ChildProcess {
  const output = openSync(outputFile(dir), 'a');
  // Not quiet, it writes its SystemLog to the standard error output, whatever the directive says.
  const daemon = spawn(PROFTPD, ['--nodaemon', '--quiet', '--config', conf], { stdio: ['ignore', output, output] });
  closeSync(output);
  const kill = () => daemon.kill('SIGKILL');
  process.once('exit', kill);
  daemon.once('exit', () => process.removeListener('exit', kill));
  return daemon;
}

async function listens(daemon: ChildProcess, port: number): Promise<boolean> {
  const giveUpAt = Date.now() + START_WITHIN_MS;
  while (!hasEnded(daemon) && Date.now() < giveUpAt) {
    if (isListening(port)) return true;
    await pause(LOOK_EVERY_MS);
  }
  return false;
}

async function endDaemon(daemon: ChildProcess): Promise<void> {
  if (hasEnded(daemon)) return;
  const exited = once(daemon, 'exit');
  daemon.kill('SIGTERM');
  const late = setTimeout(() => daemon.kill('SIGKILL'), STOP_WITHIN_MS);
  await exited;
  clearTimeout(late);
}

function hasEnded(daemon: ChildProcess): boolean {
  return daemon.exitCode !== null || daemon.signalCode !== null;
}

function isSession(pid: number): boolean {
  return processStatus(pid)?.name.startsWith('proftpd') ?? false;
}
