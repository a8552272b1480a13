import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FiledBlock } from '@fleet-forensics/standalone/filed-block';
import { vi } from 'vitest';
import { denyBob, wrapTables } from './criterion-sessions.ts';
import { RecordedServer } from './recorded-server.ts';

const HEARD_UPSTREAM = 'Unspec TransferLog syslog SystemLog TraceLog';
const PATIENCE_MS = 20_000;

export interface TwinServerOptions {
  /** Of both modules' rings. */
  readonly bufferSize?: number;
  /** Types of messages in both modules' words; absent: all that upstream ever hears of, all but ExtendedLog's. */
  readonly capture?: string;
  readonly directives?: readonly string[];
}

/** What both modules wrote of one session. */
export interface TwinBlocks {
  /** The bytes that mod_log_forensic appended to its file. */
  readonly upstream: Buffer;
  readonly ours: readonly FiledBlock[];
}

/**
 * A server that has mod_log_forensic and our module loaded one behind the other, with the same ring and the same criteria, and blocks
 * in upstream's format. Ours is loaded last, so its session begins first, and it is told of a failed login first.
 */
export class TwinServer {
  readonly node: RecordedServer;
  readonly #upstreamFile: string;

  private constructor(node: RecordedServer, upstreamFile: string) {
    this.node = node;
    this.#upstreamFile = upstreamFile;
  }

  static async start({
    bufferSize = 1024,
    capture = HEARD_UPSTREAM,
    directives = [],
  }: TwinServerOptions = {}): Promise<TwinServer> {
    const node = await RecordedServer.start({
      settings: {
        FF_BUFFER_SIZE: String(bufferSize),
        FF_FORENSIC_LOG_FORMAT: 'compatible',
        FF_CAPTURE: capture,
      },
      modules: ['mod_unique_id.c', 'mod_wrap2.c', 'mod_wrap2_file.c', 'mod_load.c', 'mod_log_forensic.c'].map((name) => ({
        name,
      })),
      directives: (dir) => {
        const { allow, deny } = wrapTables(dir);
        writeFileSync(allow, '');
        writeFileSync(deny, 'proftpd: ALL\n');
        return [
          ...denyBob(dir),
          'ForensicLogEngine on',
          `ForensicLogFile ${upstreamFileIn(dir)}`,
          `ForensicLogBufferSize ${bufferSize}`,
          `ForensicLogCapture ${capture}`,
          'ForensicLogCriteria FailedLogin UntimelyDeath ModuleConfig',
          ...directives,
        ];
      },
    });
    return new TwinServer(node, upstreamFileIn(node.ftp.dir));
  }

  /**
   * Runs a session while there is no other one.
   * @param blocks how many of each module's must come of it
   */
  async blocksOf(session: () => Promise<void>, blocks: number): Promise<TwinBlocks> {
    const { length: filedBefore } = this.node.blocks;
    const { length: bytesBefore } = this.#upstream;
    await session();
    // Until its process is gone it may still write.
    await vi.waitUntil(() => this.node.ftp.sessions.length === 0, { timeout: PATIENCE_MS });
    const filed = await this.node.blocksWhenThereAre(filedBefore + blocks);
    return { upstream: this.#upstream.subarray(bytesBefore), ours: filed.slice(filedBefore) };
  }

  get #upstream(): Buffer {
    return existsSync(this.#upstreamFile) ? readFileSync(this.#upstreamFile) : Buffer.alloc(0);
  }
}

function upstreamFileIn(dir: string): string {
  return join(dir, 'upstream.log');
}
