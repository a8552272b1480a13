import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeKafkaProcess } from '../kafka/broker.ts';
import { KafkaProcess } from '../kafka/kafka-process.ts';
import { KafkaFleet } from './kafka-fleet.ts';
import { OtlpReceiver, type ReceivedSpan } from './otlp-receiver.ts';
import { post } from './recorder-process.ts';
import type { ServiceProcess } from './service-process.ts';

const PATIENCE_MS = 120_000;
/** A killed buffer's partitions are free after this. */
const SESSION_TIMEOUT_MS = 6000;

const CHAIN = [
  ['fleet-forensics-ingest', 'POST /v1/events'],
  ['fleet-forensics-buffer', 'publish block'],
  ['fleet-forensics-writer', 'file block'],
];

function failed(session: string): object[] {
  const of = { node: 'ftp-1', session };
  return [
    { ...of, type: 'SystemLog', level: 5, message: 'says', seq: 1 },
    { ...of, criterion: 'FailedLogin', seq: 2 },
  ];
}

await describeKafkaProcess('a trace through processes of their own', (kafka) => {
  let broker: KafkaProcess;
  let fleet: KafkaFleet;
  let receiver: OtlpReceiver;
  let ingest: ServiceProcess;
  let buffer: ServiceProcess;

  beforeAll(async () => {
    receiver = await OtlpReceiver.start();
    broker = await KafkaProcess.start(kafka);
    fleet = new KafkaFleet(broker.brokers, {
      FF_TRACE_URL: receiver.url,
      FF_KAFKA_SESSION_TIMEOUT_MS: String(SESSION_TIMEOUT_MS),
    });
    await fleet.createTopics();
    [buffer, , ingest] = await Promise.all([fleet.start('buffer'), fleet.start('writer'), fleet.start('ingest')]);
  }, PATIENCE_MS);

  afterAll(async () => {
    await fleet.stop();
    await broker.stop();
    await receiver.stop();
  });

  /** Resolves with the spans of the session's trace when all services have told theirs. */
  async function traceOf(session: string): Promise<readonly ReceivedSpan[]> {
    const spans = (): readonly ReceivedSpan[] => {
      const published = receiver.spans.find(({ attributes }) => attributes['forensic.session'] === session);
      return receiver.spans.filter(({ traceId }) => traceId === published?.traceId);
    };
    await expect.poll(() => spans().length, { timeout: PATIENCE_MS / 2 }).toBe(CHAIN.length);
    return spans();
  }

  function expectChain(spans: readonly ReceivedSpan[]): void {
    const byName = CHAIN.map(([, name]) => spans.find((span) => span.name === name)!);
    expect(byName.map(({ service, name }) => [service, name])).toEqual(CHAIN);
    expect(byName.map(({ parentId }) => parentId)).toEqual(['', byName[0]!.spanId, byName[1]!.spanId]);
  }

  it(
    'is one, with a span of each service',
    async () => {
      expect((await post(ingest.url, failed('direct'))).status).toBe(202);
      expectChain(await traceOf('direct'));
      expect(new Set(receiver.spans.map(({ traceId }) => traceId)).size).toBe(1);
    },
    PATIENCE_MS,
  );

  it(
    'goes on where Kafka was away, its events in the spool, and ingest was started anew',
    async () => {
      await broker.kill('SIGKILL');
      expect((await post(ingest.url, failed('spooled'))).status).toBe(202);
      const requests = () => receiver.spans.filter(({ name }) => name === 'POST /v1/events').length;
      await expect.poll(requests, { timeout: PATIENCE_MS / 4 }).toBe(2);
      await ingest.kill('SIGKILL');
      await broker.restart();
      ingest = await fleet.start('ingest');
      expectChain(await traceOf('spooled'));
    },
    PATIENCE_MS,
  );

  it(
    'goes on where a buffer takes over from one that was killed, and replays',
    async () => {
      const of = { node: 'ftp-1', session: 'replayed' };
      await post(ingest.url, [{ ...of, type: 'SystemLog', level: 5, message: 'says', seq: 1 }]);
      await buffer.kill('SIGKILL');
      expect((await post(ingest.url, [{ ...of, criterion: 'FailedLogin', seq: 2 }])).status).toBe(202);
      buffer = await fleet.start('buffer');
      expectChain(await traceOf('replayed'));
    },
    PATIENCE_MS,
  );
});
