import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Counters } from '@fleet-forensics/ingest/counters';
import { Packer } from '@fleet-forensics/ingest/packer/packer';
import { Publisher } from '@fleet-forensics/ingest/packer/publisher';
import { CriterionNames } from '@fleet-forensics/ingest/policy/criterion-names';
import { ConstantPolicy } from '@fleet-forensics/ingest/policy/policy-source';
import { SocketSource } from '@fleet-forensics/ingest/sources/socket/socket-source';
import { EmbeddedLog } from '@fleet-forensics/shared/bus/embedded/embedded-log';
import type { Producer } from '@fleet-forensics/shared/bus/port';
import { IngestSettings } from '@fleet-forensics/shared/settings/ingest-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { SocketSettings } from '@fleet-forensics/shared/settings/socket-settings';
import { TOPICS } from '@fleet-forensics/shared/topics';
import { POLICY } from '../fleet.ts';

// Ingest's socket source alone in a process. usage: receiver.ts embedded|memory; says where its socket is, and at each message what
// it has done. Ends when its parent does.
const [kind] = process.argv.slice(2);
const dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-bench-'));
const log = kind === 'embedded' ? new EmbeddedLog({ dir: join(dir, 'log') }) : null;
await log?.ensureTopics(TOPICS);
const MEMORY: Producer = { send: () => Promise.resolve() };
const clock = (): number => performance.now();

const settings = readSettings(IngestSettings, {});
const counters = new Counters();
const policies = new ConstantPolicy(POLICY);
const packer = new Packer(settings, policies, counters, clock);
const publisher = new Publisher(packer, log?.producer() ?? MEMORY, counters, clock);
const path = join(dir, 'node.sock');
const source = await SocketSource.open(readSettings(SocketSettings, { FF_SOCKET_PATH: path }), {
  node: 'bench',
  settings,
  criteria: new CriterionNames(policies.criteria),
  publisher,
  counters,
  warn: (message) => process.stderr.write(`${message}\n`),
});

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const isDone = source.inFlightBytes === 0 && packer.activeSessions === 0;
  process.send!({
    cpuSeconds: (user + system) / 1e6,
    messages: isDone ? counters.socket.messages : 0,
    lost: counters.socket.lost,
  });
});
process.on('disconnect', () => {
  void source
    .close()
    .then(() => publisher.close())
    .then(() => log?.close())
    .then(() => rmSync(dir, { recursive: true, force: true }));
});
process.send!({ path });
