import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { FiledBlock } from '@fleet-forensics/standalone/filed-block';
import { ForensicFile } from '../chaos/forensic-file.ts';
import { blocksWhen } from '../e2e/recorder-process.ts';
import { ServiceProcess } from '../e2e/service-process.ts';
import { FtpServer } from './ftp-server.ts';
import { nodeModule } from './node-module.ts';
import { ALL_MESSAGES, type LoadedModule } from './proftpd-conf.ts';

const REPEAT_MS = 20;

export interface RecordedServerOptions {
  /** Of the recorder, `FF_…`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Of ProFTPD, behind those that switch our module on. @param dir of the server, where it may keep files */
  readonly directives?: (dir: string) => readonly string[];
  /** What ProFTPD logs, and where to; {@link ALL_MESSAGES} if absent. */
  readonly logs?: (dir: string) => readonly string[];
  /** Loaded before ours, which its documentation wants to be last. */
  readonly modules?: readonly LoadedModule[];
}

/** A ProFTPD with our module, and a recorder of its own beside it, each a real process: a node as its operator runs it. */
export class RecordedServer {
  readonly dir: string;
  readonly ftp: FtpServer;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #file: ForensicFile;
  readonly #blocks: FiledBlock[] = [];
  #recorder: ServiceProcess;

  private constructor(dir: string, ftp: FtpServer, recorder: ServiceProcess, environment: Readonly<Record<string, string>>) {
    this.dir = dir;
    this.ftp = ftp;
    this.#recorder = recorder;
    this.#environment = environment;
    this.#file = new ForensicFile(join(this.dataDir, 'forensic/forensic.log'));
  }

  /** @throws Error with what they said if one of the two does not start */
  static async start({
    settings = {},
    directives = () => [],
    logs = () => ALL_MESSAGES,
    modules = [],
  }: RecordedServerOptions = {}): Promise<RecordedServer> {
    const dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-node-'));
    // The FTP server's users come through it to their homes.
    chmodSync(dir, 0o755);
    const socket = join(dir, 'node.sock');
    const environment = {
      FF_DATA_DIR: join(dir, 'data'),
      FF_SOCKET_PATH: socket,
      FF_NODE: 'ftp-1',
      FF_CRITERIA: 'FailedLogin UntimelyDeath ModuleConfig',
      ...settings,
    };
    const recorder = await ServiceProcess.start('standalone', environment);
    try {
      const ftpDir = join(dir, 'ftp');
      mkdirSync(ftpDir);
      const ours = ['FleetForensicsEngine on', `FleetForensicsSocket ${socket}`];
      const ftp = await FtpServer.start(ftpDir, {
        modules: [...modules, nodeModule()],
        directives: [...logs(ftpDir), ...ours, ...directives(ftpDir)],
      });
      return new RecordedServer(dir, ftp, recorder, environment);
    } catch (error) {
      await recorder.kill('SIGKILL');
      rmSync(dir, { recursive: true });
      throw error;
    }
  }

  get port(): number {
    return this.ftp.port;
  }

  get recorder(): ServiceProcess {
    return this.#recorder;
  }

  /** Of the recorder: its log, its blocks. */
  get dataDir(): string {
    return join(this.dir, 'data');
  }

  /** Every block that is filed, without one that is just being written. @throws Error of parseForensicFile */
  get blocks(): FiledBlock[] {
    this.#blocks.push(...this.#file.blocks());
    return [...this.#blocks];
  }

  /**
   * Every block, once there are as many; what is there after half a minute.
   * @param meanwhile done again and again until then: a session that logs nothing does not look for an agent that was away
   */
  async blocksWhenThereAre(count: number, meanwhile?: () => Promise<void>): Promise<FiledBlock[]> {
    const stopping = new AbortController();
    const going = meanwhile && repeat(meanwhile, stopping.signal);
    const blocks = await blocksWhen(
      () => this.blocks,
      ({ length }) => length >= count,
    );
    stopping.abort();
    await going;
    return blocks;
  }

  async killRecorder(): Promise<void> {
    await this.#recorder.kill('SIGKILL');
  }

  /** Anew, on its data. */
  async startRecorder(): Promise<void> {
    this.#recorder = await ServiceProcess.start('standalone', this.#environment);
  }

  /**
   * Ends both, the FTP server first; their files stay.
   * @returns what the recorder counted since it started, by name; what is 0 is not there
   */
  async stop(): Promise<Readonly<Record<string, number>>> {
    await this.ftp.stop();
    await this.#recorder.kill('SIGTERM');
    const [, counts] = /draining …\n(.*)\n/.exec(this.#recorder.output) ?? [];
    return Object.fromEntries((counts ?? '').split(', ').map((count) => [count.split(' ')[0]!, Number(count.split(' ')[1])]));
  }

  /** Ends what still runs, and removes all files. */
  async remove(): Promise<void> {
    await this.ftp.stop();
    await this.#recorder.kill('SIGKILL');
    rmSync(this.dir, { recursive: true });
  }
}

async function repeat(action: () => Promise<void>, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    await action();
    await pause(REPEAT_MS);
  }
}
