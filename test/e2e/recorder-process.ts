import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FiledBlock, parseForensicFile } from '@fleet-forensics/standalone/filed-block';
import { ServiceProcess } from './service-process.ts';

/** The standalone process, as `npm start` runs it. */
export const RecorderProcess = {
  /** Starts it on a data directory and a free port; resolves when it says that it is ready. @throws Error with its output if it ends before */
  start: (dataDir: string, environment: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> =>
    ServiceProcess.start('standalone', { FF_DATA_DIR: dataDir, ...environment }),
};

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
