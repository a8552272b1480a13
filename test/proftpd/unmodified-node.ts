import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FiledBlock, wholeBlocks } from '@fleet-forensics/standalone/filed-block';
import { ServiceProcess } from '../e2e/service-process.ts';
import { denyBob, wrapTables } from './criterion-sessions.ts';
import { FtpServer } from './ftp-server.ts';

export type Way = 'fifo' | 'tail';

const LOGS = ['system', 'trace', 'extended', 'transfer'] as const;

/** What docs/UNMODIFIED-NODES.md tells to put into proftpd.conf. */
const [LOG_FORMAT] = /^LogFormat .*$/m.exec(readFileSync(new URL('../../docs/UNMODIFIED-NODES.md', import.meta.url), 'utf8'))!;

/** A ProFTPD without our module, and a recorder that reads its logs: each a real process. */
export class UnmodifiedNode {
  readonly dir: string;
  readonly ftp: FtpServer;
  readonly #environment: Readonly<Record<string, string>>;
  #recorder: ServiceProcess;

  private constructor(dir: string, ftp: FtpServer, recorder: ServiceProcess, environment: Readonly<Record<string, string>>) {
    this.dir = dir;
    this.ftp = ftp;
    this.#recorder = recorder;
    this.#environment = environment;
  }

  static async start(way: Way): Promise<UnmodifiedNode> {
    const dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-unmodified-'));
    chmodSync(dir, 0o755);
    const path = (log: string) => join(dir, `${log}.log`);
    const environment = {
      FF_DATA_DIR: join(dir, 'data'),
      FF_NODE: 'ftp-1',
      FF_CRITERIA: 'FailedLogin UntimelyDeath ModuleConfig',
      FF_LOG_UTC_OFFSET: 'Z',
      ...Object.fromEntries(LOGS.map((log) => [`FF_${way.toUpperCase()}_${log.toUpperCase()}_LOG`, path(log)])),
    };
    const recorder = await ServiceProcess.start('standalone', environment);
    try {
      const ftpDir = join(dir, 'ftp');
      mkdirSync(ftpDir);
      const { allow, deny } = wrapTables(ftpDir);
      writeFileSync(allow, '');
      writeFileSync(deny, 'proftpd: ALL\n');
      const ftp = await FtpServer.start(ftpDir, {
        modules: ['mod_wrap2.c', 'mod_wrap2_file.c'].map((name) => ({ name })),
        directives: [
          'DebugLevel 10',
          `SystemLog ${path('system')}`,
          `TraceLog ${path('trace')}`,
          'Trace DEFAULT:20',
          'TraceOptions +TimestampMillis +ConnIPs',
          `TransferLog ${path('transfer')}`,
          LOG_FORMAT,
          `ExtendedLog ${path('extended')} ALL,CONNECT,EXIT forensics`,
          ...denyBob(ftpDir),
        ],
      });
      return new UnmodifiedNode(dir, ftp, recorder, environment);
    } catch (error) {
      await recorder.kill('SIGKILL');
      rmSync(dir, { recursive: true });
      throw error;
    }
  }

  get recorder(): ServiceProcess {
    return this.#recorder;
  }

  /** Paths of SystemLog, TraceLog, ExtendedLog and TransferLog. */
  get logs(): readonly string[] {
    return LOGS.map((log) => join(this.dir, `${log}.log`));
  }

  /** Those that are filed as a whole: the writer may be appending another one. */
  get blocks(): FiledBlock[] {
    const file = join(this.dir, 'data', 'forensic', 'forensic.log');
    return existsSync(file) ? wholeBlocks(readFileSync(file)) : [];
  }

  /** Kills the recorder and starts it anew on its data; what happens in between. */
  async restartRecorder(meanwhile: () => Promise<void> = async () => undefined): Promise<void> {
    await this.#recorder.kill('SIGKILL');
    await meanwhile();
    this.#recorder = await ServiceProcess.start('standalone', this.#environment);
  }

  /** Ends what still runs, and removes all files. */
  async remove(): Promise<void> {
    await this.ftp.stop();
    await this.#recorder.kill('SIGKILL');
    rmSync(this.dir, { recursive: true });
  }
}
