// Run by tests as a process of its own: appender.fixture.ts DIR SENDS. Appends numbered records until it is killed, with SENDS
// sends under way at a time, and prints `PARTITION NUMBER` for each record acknowledged and `refused` for each send rejected.
import { writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { hasCode } from '../../error.ts';
import { EmbeddedLog } from './embedded-log.ts';
import { PARTITIONS, TOPIC, valueOf } from './numbered-value.fixture.ts';

const [dir = '', sends = '1'] = process.argv.slice(2);
const log = new EmbeddedLog({ dir });
await log.ensureTopics([{ name: TOPIC, partitions: PARTITIONS, retentionMs: 0, retentionBytes: 0 }]);
const producer = log.producer();

/** Sends of one partition go one after the other, so that a record's number is its offset also if a send was refused. */
async function append(partition: number): Promise<never> {
  let { end } = await log.offsets({ topic: TOPIC, partition });
  for (;;) {
    const numbers = Array.from({ length: 1 + (end % 5) }, (_, i) => end + i);
    const records = numbers.map((number) => ({ key: null, value: valueOf(partition, number), partition }));
    try {
      await producer.send(TOPIC, records);
      for (const number of numbers) writeSync(1, `${partition} ${number}\n`);
      end += numbers.length;
    } catch (error) {
      if (!hasCode(error, 'FF_LOG_UNAVAILABLE')) throw error;
      writeSync(1, 'refused\n');
      await nextTurn();
    }
  }
}

await Promise.all(Array.from({ length: Number(sends) }, (_, partition) => append(partition)));
