import { setTimeout as pause } from 'node:timers/promises';
import { RawClient } from './raw-client.ts';

/** Between two rounds: all logins together leave the machine mostly idle. */
const PACE_MS = 20;
/** What a session says before it logs in, to fill the kernel's buffers between it and an agent that does not read. */
const CHATTER = { commands: 80, bytes: 4000 };

/** Failing logins on two servers at the same moments. */
export interface PairedLogins {
  /** How much longer each login took on the first server than on the second, milliseconds. */
  readonly excessMs: readonly number[];
  /** The sessions, still open. */
  readonly clients: readonly RawClient[];
  readonly controlClients: readonly RawClient[];
}

/**
 * Fails to log in on both servers at once, again and again, until the time is over: what else the machine is busy with delays both. No
 * session ends meanwhile: for 200 ms after the end of one ProFTPD takes no other.
 * @param untilMs by performance.now()
 */
export async function pairLogins(port: number, controlPort: number, untilMs: number): Promise<PairedLogins> {
  const excessMs: number[] = [];
  const clients: RawClient[] = [];
  const controlClients: RawClient[] = [];
  while (performance.now() < untilMs) {
    const [timed, control] = await Promise.all([timeLogin(port), timeLogin(controlPort)]);
    clients.push(timed.client);
    controlClients.push(control.client);
    excessMs.push(timed.durationMs - control.durationMs);
    await pause(PACE_MS);
  }
  return { excessMs, clients, controlClients };
}

/** From the connection to the answer to the password: wherever in between the session waits for its agent, it counts. */
async function timeLogin(port: number): Promise<{ durationMs: number; client: RawClient }> {
  const start = performance.now();
  const client = await RawClient.connect(port);
  for (let index = 0; index < CHATTER.commands; index++) await client.command(`NOOP ${'x'.repeat(CHATTER.bytes)}`);
  await client.failToLogIn();
  return { durationMs: performance.now() - start, client };
}
