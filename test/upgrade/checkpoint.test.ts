import { KafkaBus } from '@fleet-forensics/shared/bus/kafka/kafka-bus';
import { KafkaSettings } from '@fleet-forensics/shared/settings/kafka-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { BUFFER_GROUP, SESSION_EVENTS, TOPICS } from '@fleet-forensics/shared/topics';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { publishedLines } from '../e2e/driven-session.ts';
import { type InstalledVersion, THIS_VERSION } from '../e2e/installed-version.ts';
import { KafkaFleet } from '../e2e/kafka-fleet.ts';
import { post } from '../e2e/recorder-process.ts';
import { describeKafkaProcess } from '../kafka/broker.ts';
import { KafkaProcess } from '../kafka/kafka-process.ts';
import { PreviousVersion } from './previous-version.ts';

const PATIENCE_MS = 120_000;
/** The least there is. */
const CHECKPOINT_BYTES = 1024 * 1024;
const SETTINGS = { FF_BUFFER_CHECKPOINT_BYTES: String(CHECKPOINT_BYTES), FF_BUFFER_TICK_MS: '100', FF_BUFFER_COMMIT_MS: '0' };

const previous = PreviousVersion.unpack();

await describeKafkaProcess('a ring that a checkpoint holds', (kafka) => {
  let broker: KafkaProcess;
  let bus: KafkaBus;
  let fleet: KafkaFleet;
  let url: string;

  beforeAll(async () => {
    broker = await KafkaProcess.start(kafka);
    const settings = readSettings(KafkaSettings, { FF_KAFKA_BROKERS: broker.brokers.join(' ') });
    bus = new KafkaBus({ settings, failed: () => {}, fatal: () => {} });
    await bus.ensureTopics(TOPICS.map((topic) => ({ ...topic, partitions: 1 })));
  }, PATIENCE_MS);

  beforeEach(async () => {
    fleet = new KafkaFleet(broker.brokers, SETTINGS);
    const [ingest] = await Promise.all([fleet.start('ingest'), fleet.start('writer')]);
    ({ url } = ingest);
  }, PATIENCE_MS);

  afterEach(() => fleet.stop(), PATIENCE_MS);

  afterAll(async () => {
    await bus.close();
    await broker.stop();
    previous.remove();
  }, PATIENCE_MS);

  async function publish(session: string, lines: readonly string[], ...more: readonly object[]): Promise<void> {
    const of = { node: 'ftp-1', session };
    const events = [...lines.map((message) => ({ type: 'SystemLog', level: 5, message })), ...more];
    const { status } = await post(
      url,
      events.map((event) => ({ ...of, ...event })),
    );
    expect(status).toBe(202);
  }

  /** Where a restart would begin to read. */
  async function watermark(): Promise<number> {
    const [partition] = await bus.groupPartitions(BUFFER_GROUP, SESSION_EVENTS);
    return partition?.committed?.offset ?? 0;
  }

  it.each<[string, string, InstalledVersion, InstalledVersion]>([
    [previous.name, THIS_VERSION.name, previous, THIS_VERSION],
    [THIS_VERSION.name, previous.name, THIS_VERSION, previous],
  ])(
    'by a buffer of %s is restored by one of %s',
    async (_fromName, _toName, from, to) => {
      const session = `kept-by-${from.name.replace(' ', '-')}`;
      const buffer = await fleet.start('buffer', {}, from);
      const lines = Array.from({ length: 300 }, (_, index) => `line ${index + 1}`);
      await publish(session, lines);
      const { end: itsEnd } = await bus.offsets({ topic: SESSION_EVENTS, partition: 0 });
      const filler = Array.from({ length: 500 }, () => 'x'.repeat(500));
      for (let count = 0; (await watermark()) < itsEnd; count++)
        await publish(`${session}-filler-${count}`, filler, { end: 'quit' });
      expect(await buffer.kill('SIGTERM')).toBe(0);

      await fleet.start('buffer', {}, to);
      await publish(session, ['the last line'], { criterion: 'FailedLogin' }, { end: 'quit' });
      await fleet.filed([session]);
      const blocks = fleet.blocksSoFar().filter(({ headers }) => headers['Session'] === session);
      expect(blocks.map((block) => publishedLines(block.lines))).toEqual([[...lines, 'the last line']]);
    },
    PATIENCE_MS,
  );
});
