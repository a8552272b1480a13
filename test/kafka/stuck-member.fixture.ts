// Run by a test as a process of its own: stuck-member.fixture.ts SETTINGS TOPIC GROUP, with settings as JSON. Consumes, prints a line for whatever happens,
// and tries to commit offset 1 of a partition under
// its first assignment when told its number on standard input, and when the partition is revoked.
import { createInterface } from 'node:readline';
import { KafkaBus } from '@fleet-forensics/shared/bus/kafka/kafka-bus';
import type { Assignment } from '@fleet-forensics/shared/bus/port';
import type { KafkaSettings } from '@fleet-forensics/shared/settings/kafka-settings';

const [settings = '', topic = '', group = ''] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);
const bus = new KafkaBus({
  settings: JSON.parse(settings) as KafkaSettings,
  failed: () => {},
  fatal: (error) => say(`fatal ${String(error)}`),
});
const first = new Map<number, Assignment>();
const consumer = await bus.consume(
  { group, topics: [topic], maxBatchRecords: 100, maxBatchBytes: 1_000_000 },
  {
    assigned: async (assignments) => {
      for (const assignment of assignments) {
        if (!first.has(assignment.partition)) first.set(assignment.partition, assignment);
        say(`assigned ${assignment.partition} ${assignment.epoch}`);
      }
    },
    batch: async () => {},
    revoked: async (ownerships) => {
      for (const { partition, epoch } of ownerships) {
        await tryToCommit(partition);
        say(`revoked ${partition} ${epoch}`);
      }
    },
    failed: () => {},
  },
);
for await (const line of createInterface({ input: process.stdin })) await tryToCommit(Number(line));

async function tryToCommit(partition: number): Promise<void> {
  try {
    await consumer.commit(first.get(partition)!, { offset: 1, metadata: 'of the stuck one' });
    say(`committed ${partition}`);
  } catch (error) {
    say(`refused ${partition} ${String((error as { code?: string }).code)}`);
  }
}
