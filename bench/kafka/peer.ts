import { fork, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { FLEET } from '../fleet.ts';
import type { BenchBroker } from './bench-broker.ts';
import { type Figures, figuresOf } from './figures.ts';
import { lineRecords } from './line-records.ts';
import { BLOCKS_TOPIC, LINES_TOPIC } from './peers/peer-settings.ts';
import type { Spent } from './peers/tally.ts';
import { publish } from './prefill.ts';

/** Fewer lines than for the buffer: a record a line takes long. */
const FLEET_OF_PEERS = { ...FLEET, sessions: 800 };
const LINES = FLEET_OF_PEERS.sessions * FLEET_OF_PEERS.linesPerSession;
const PEERS = fileURLToPath(new URL('peers', import.meta.url));

/** Publishes what peers read. @returns how many records */
export async function prefillForPeers({ bus }: BenchBroker): Promise<number> {
  const spec = { partitions: 12, retentionMs: 0, retentionBytes: 0 };
  await bus.ensureTopics([LINES_TOPIC, BLOCKS_TOPIC].map((name) => ({ name, ...spec })));
  const records = lineRecords(FLEET_OF_PEERS);
  await publish(bus, LINES_TOPIC, records);
  return records.length;
}

/** Node runs no decorators, which Nest's users write: they are compiled. @throws Error if they can't be */
export function compilePeers(): void {
  const compiler = createRequire(import.meta.url)
    .resolve('typescript/package.json')
    .replace('package.json', 'bin/tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', PEERS], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${PEERS} can't be compiled`);
}

/** A new process of the peer in a new group handles all of so many events. */
export async function runPeer(
  name: 'kafkajs-consumer' | 'nest-consumer',
  { address }: BenchBroker,
  events: number,
): Promise<Figures> {
  const environment = { PEER_BROKER: address, PEER_GROUP: `${name}-${randomUUID()}`, PEER_EVENTS: String(events) };
  // kafkajs 2.2.4 warns of a change of 2.0, and Node of kafkajs's timers.
  const quiet = { KAFKAJS_NO_PARTITIONER_WARNING: '1', NODE_NO_WARNINGS: '1' };
  const peer = fork(`${PEERS}/dist/${name}.js`, { env: { PATH: process.env['PATH'], ...environment, ...quiet } });
  const ended = once(peer, 'exit');
  try {
    const told = await Promise.race([once(peer, 'message') as Promise<[Spent]>, ended.then(() => undefined)]);
    if (!told) throw new Error(`${name} ended with ${peer.exitCode} before it had handled ${events} events`);
    return figuresOf(LINES, told[0]);
  } finally {
    peer.kill('SIGKILL');
    await ended;
  }
}
