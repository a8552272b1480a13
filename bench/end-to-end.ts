import { setTimeout as pause } from 'node:timers/promises';
import { FiledSessions } from './filed-sessions.ts';
import { FLEET, fleetSessions } from './fleet.ts';
import { postAll } from './http.ts';
import { criterionToFile, type Latency } from './latency.ts';
import { ndjsonBodies } from './ndjson.ts';
import { startStandalone } from './standalone.ts';

const LANES = 4;
const BODY_BYTES = 256 * 1024;

/** HTTP NDJSON in to block files out, everything in one process: lines per second until the last block is in its file. */
export async function endToEndLines(): Promise<number> {
  const lanes = Array.from({ length: LANES }, (_, lane) => ndjsonBodies(FLEET, BODY_BYTES, lane, LANES));
  const expected = fleetSessions(FLEET).filter(({ fails }) => fails).length;
  const standalone = await startStandalone();
  try {
    const start = performance.now();
    await postAll(standalone.url, lanes);
    const filed = new FiledSessions(standalone.forensicFile);
    while (filed.look() < expected) await pause(2);
    return (FLEET.sessions * FLEET.linesPerSession) / ((performance.now() - start) / 1000);
  } finally {
    await standalone.stop();
  }
}

/** Criterion to block in file, everything in one process, beside so many lines per second of other traffic. */
export async function latencyBeside(linesPerSecond: number): Promise<Latency> {
  const standalone = await startStandalone();
  try {
    return await criterionToFile(standalone, 'failing', linesPerSecond);
  } finally {
    await standalone.stop();
  }
}
