import { closeSync, createReadStream, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BLOCKS } from '@fleet-forensics/shared/topics';
import { encodeBlockPart } from '@fleet-forensics/shared/wire/codec';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { blockHeader, blockId, messageList } from '../../apps/writer/src/block.fixture.ts';
import { describeKafkaProcess } from '../kafka/broker.ts';
import { openBus } from '../kafka/driver-bus.ts';
import { KafkaProcess } from '../kafka/kafka-process.ts';
import { KafkaFleet } from './kafka-fleet.ts';

const MIB = 1024 * 1024;
const PATIENCE_MS = 300_000;
/** The largest blocks that there can be: 100,000 lines, 64 MB. */
const PARTS = 80;
const LINES_PER_PART = 1250;
const LINE_BYTES = 660;
const BLOCK_COUNT = Number(process.env['LARGE_BLOCKS'] ?? 6);
const NAMES = Array.from({ length: BLOCK_COUNT }, (_, index) => `large-${index}`);
/** Of the whole process, with the settings' defaults, for any number of blocks: here they have 380 MiB, of which none may stay. */
const MAX_RESIDENT_BYTES = 360 * MIB;

function record(name: string, part: number): { key: Uint8Array; value: Uint8Array } {
  const file = `/${name}.log`;
  const lines = Array.from({ length: LINES_PER_PART }, (_, line) => ({
    text: `${name} ${part} ${line} `.padEnd(LINE_BYTES, '.'),
  }));
  const header = part === 0 ? { header: blockHeader(PARTS * LINES_PER_PART, { file }) } : {};
  const value = encodeBlockPart({ blockId: blockId(name), part, parts: PARTS, messages: messageList(lines), ...header });
  return { key: Buffer.from(file), value };
}

/** Linux's VmHWM: the most that a process ever had in memory. */
function peakResidentBytes(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024;
}

async function messagesIn(path: string): Promise<number> {
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) if (line.startsWith('[TraceLog:7] ')) count += 1;
  return count;
}

await describeKafkaProcess('a writer process', (kafka) => {
  let broker: KafkaProcess;
  let fleet: KafkaFleet;

  beforeAll(async () => {
    broker = await KafkaProcess.start(kafka);
    fleet = new KafkaFleet(broker.brokers);
    await fleet.createTopics();
  }, PATIENCE_MS);
  afterAll(async () => {
    await fleet.stop();
    await broker.stop();
  });

  it.runIf(process.platform === 'linux')(
    'files many blocks of 64 MB whose parts come all mixed, in memory that has room for none of it all',
    async () => {
      const { bus } = openBus(broker.brokers);
      const producer = bus.producer();
      for (let part = 0; part < PARTS; part++) {
        for (const name of NAMES) await producer.send(BLOCKS, [record(name, part)]);
      }
      const writer = await fleet.start('writer');
      const whole = NAMES.map((name) => join(fleet.root, `${name}.log`));
      await expect.poll(() => endings(whole), { timeout: PATIENCE_MS, interval: 200 }).toBe(BLOCK_COUNT);
      const peak = peakResidentBytes(writer.pid);
      process.stderr.write(`${BLOCK_COUNT} blocks of 64 MB: at most ${Math.round(peak / MIB)} MiB resident\n`);
      expect(peak).toBeLessThan(MAX_RESIDENT_BYTES);
      for (const path of whole.slice(0, 2)) expect(await messagesIn(path)).toBe(PARTS * LINES_PER_PART);
    },
    PATIENCE_MS,
  );
});

/** How many of the files end as a block does. */
function endings(paths: readonly string[]): number {
  return paths.filter((path) => tailOf(path).endsWith('-----END FAILED LOGIN FORENSICS-----\n')).length;
}

function tailOf(path: string): string {
  if (!existsSync(path)) return '';
  const fd = openSync(path, 'r');
  const tail = Buffer.alloc(64);
  const bytes = readSync(fd, tail, 0, tail.length, Math.max(0, fstatSync(fd).size - tail.length));
  closeSync(fd);
  return tail.subarray(0, bytes).toString();
}
