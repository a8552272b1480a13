import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FiledBlock, parseForensicFile } from '@fleet-forensics/standalone/filed-block';
import { LogLines } from './log-lines.ts';

const MAIN = fileURLToPath(new URL('../../apps/standalone/dist/main.js', import.meta.url));

/** The standalone process, as `npm start` runs it. */
export class RecorderProcess {
  readonly #child: ChildProcess;
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** Starts it on a data directory and a free port; resolves when it says that it is ready. */
  static async start(dataDir: string, environment: Record<string, string> = {}): Promise<RecorderProcess> {
    const child = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env['PATH'], FF_DATA_DIR: dataDir, FF_INGEST_PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const url = await new Promise<string>((resolve, reject) => {
      const lines = new LogLines((text) => {
        said += text;
        const listening = /listens on (https?:\S+)/.exec(said);
        if (listening && said.includes('ready;')) resolve(listening[1]!);
      });
      child.stdout.on('data', (chunk: Buffer) => lines.add(chunk));
      child.once('close', (status) => reject(new Error(`the recorder ended with ${status} before it was ready:\n${said}`)));
    });
    return new RecorderProcess(child, url);
  }

  async kill(signal: NodeJS.Signals): Promise<number | null> {
    const ended = once(this.#child, 'exit') as Promise<[number | null]>;
    this.#child.kill(signal);
    return (await ended)[0];
  }
}

/** Every block of a file below the forensic root; none if there is no file yet. */
export function filedBlocks(forensicRoot: string, file = 'forensic.log'): FiledBlock[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(join(forensicRoot, file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return parseForensicFile(bytes);
}

/**
 * Waits until the blocks are as many as expected; gives up after half a minute with what is there.
 * @throws what `read` throws then: before, it may be that a block is just being written
 */
export async function blocksWhen(
  read: () => FiledBlock[],
  isComplete: (blocks: readonly FiledBlock[]) => boolean,
): Promise<FiledBlock[]> {
  const giveUpAt = Date.now() + 30_000;
  for (;;) {
    const isLast = Date.now() > giveUpAt;
    try {
      const blocks = read();
      if (isLast || isComplete(blocks)) return blocks;
    } catch (error) {
      if (isLast) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Posts events; the answer's status and body. */
export async function post(url: string, events: readonly object[], token?: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: events.map((event) => JSON.stringify(event)).join('\n'),
  });
  return { status: response.status, body: await response.json() };
}
