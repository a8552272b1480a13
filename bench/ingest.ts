import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { FLEET } from './fleet.ts';
import { postAll } from './http.ts';
import { ndjsonBodies } from './ndjson.ts';

const SERVER = fileURLToPath(new URL('ingest-server.ts', import.meta.url));
const LANES = 4;
const BODY_BYTES = 256 * 1024;

async function cpuSeconds(server: ChildProcess): Promise<number> {
  const answered = once(server, 'message') as Promise<[{ cpuSeconds: number }]>;
  server.send('cpu');
  return (await answered)[0].cpuSeconds;
}

/** HTTP NDJSON into the embedded log, one server process: lines per second of wall time and per CPU second of the server. */
export async function ingestLines(): Promise<{ perSecond: number; perCpuSecond: number }> {
  const lanes = Array.from({ length: LANES }, (_, lane) => ndjsonBodies(FLEET, BODY_BYTES, lane, LANES));
  const server = fork(SERVER);
  try {
    const [{ url }] = (await once(server, 'message')) as [{ url: string }];
    const cpuBefore = await cpuSeconds(server);
    const start = performance.now();
    await postAll(url, lanes);
    const seconds = (performance.now() - start) / 1000;
    const lines = FLEET.sessions * FLEET.linesPerSession;
    return { perSecond: lines / seconds, perCpuSecond: lines / ((await cpuSeconds(server)) - cpuBefore) };
  } finally {
    server.disconnect();
    await once(server, 'exit');
  }
}
