import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../apps/standalone/dist/main.js', import.meta.url));

/** What `npm start` runs, on a directory of its own. */
export interface Standalone {
  readonly url: string;
  readonly forensicFile: string;
  stop(): Promise<void>;
}

export async function startStandalone(): Promise<Standalone> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fleet-forensics-bench-'));
  const environment = { PATH: process.env['PATH'], FF_DATA_DIR: dataDir, FF_INGEST_PORT: '0' };
  const child = spawn(process.execPath, [MAIN], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await urlOf(child);
  return {
    url,
    forensicFile: join(dataDir, 'forensic/forensic.log'),
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function urlOf(child: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    const listening = /listens on (http:\S+)/.exec(said);
    if (listening && /"ready\b/.test(said)) return listening[1]!;
  }
  throw new Error(`the recorder ended before it was ready: ${said}`);
}
