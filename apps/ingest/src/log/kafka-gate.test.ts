import { expect, it } from 'vitest';
import { FlakyKafka } from '../spool/flaky-kafka.fixture.ts';
import { KafkaGate } from './kafka-gate.ts';
import { recordOf, textsIn } from '../spool/scratch-spool.fixture.ts';

it('nothing gets to Kafka before its topics are checked, and who sends hears so without waiting for a broker', async () => {
  const kafka = new FlakyKafka();
  const gate = new KafkaGate(kafka.connect());
  await expect(gate.send('t', [recordOf('1')])).rejects.toMatchObject({ code: 'FF_LOG_UNAVAILABLE' });
  gate.open();
  await gate.send('t', [recordOf('2')]);
  expect(textsIn(kafka)).toEqual(['2']);
});
