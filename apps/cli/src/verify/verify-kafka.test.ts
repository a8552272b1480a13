import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KafkaBus } from '@fleet-forensics/shared/bus/kafka/kafka-bus';
import { KafkaSettings } from '@fleet-forensics/shared/settings/kafka-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { FILINGS, TOPICS } from '@fleet-forensics/shared/topics';
import { encodeFiling } from '@fleet-forensics/shared/wire/codec';
import { describeKafkaProcess } from '../../../../test/kafka/broker.ts';
import { KafkaProcess } from '../../../../test/kafka/kafka-process.ts';
import { run } from '../command-run.fixture.ts';
import { ForensicPlace, idOf } from './forensic-place.fixture.ts';

const START_MS = 120_000;
const FILES = Array.from({ length: 12 }, (_, index) => `/node-${index}.log`);

await describeKafkaProcess('verify', (kafka) => {
  let broker: KafkaProcess;
  let env: Record<string, string>;
  let place: ForensicPlace;
  beforeAll(async () => {
    place = new ForensicPlace();
    broker = await KafkaProcess.start(kafka);
    env = { FF_KAFKA_BROKERS: broker.brokers.join(','), FF_DATA_DIR: place.base };
  }, START_MS);
  afterAll(async () => {
    place.remove();
    await broker.stop();
  });

  it('goes by the filings of all partitions if the journal is gone', async () => {
    for (const file of FILES) place.file(file, 5);
    const ignore = () => {};
    const bus = new KafkaBus({ settings: readSettings(KafkaSettings, env), failed: ignore, fatal: ignore });
    await bus.ensureTopics(TOPICS);
    const records = place.filings.map((filing) => ({ key: Buffer.from(filing.file), value: encodeFiling(filing) }));
    await bus.producer().send(FILINGS, [...records, { key: null, value: Buffer.from('no filing') }]);
    await bus.close();
    rmSync(place.journal);
    const { status, out, err } = await run(['verify', '--all', '--filings'], { env });
    expect([status, out.match(/^intact .*: 5 blocks/gm)?.length]).toEqual([0, FILES.length]);
    expect(err).toContain('60 filings read, 1 records are no filings');
    const last = place.filings.at(-1)!;
    place.put(last.file, place.content(last.file).subarray(0, last.offset + 3));
    const cut = await run(['verify', last.file, '--filings'], { env });
    expect([cut.status, cut.out]).toEqual([1, expect.stringMatching(new RegExp(`^TRUNCATED .*block ${idOf(last)}`))]);
  });
});
