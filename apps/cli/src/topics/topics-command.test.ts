import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeKafkaProcess } from '../../../../test/kafka/broker.ts';
import { KafkaProcess } from '../../../../test/kafka/kafka-process.ts';
import { run } from '../command-run.fixture.ts';

const START_MS = 120_000;

// In order: each one goes on with the topics that the one before left.
await describeKafkaProcess('topics', (kafka) => {
  let broker: KafkaProcess;
  let env: Record<string, string>;
  beforeAll(async () => {
    broker = await KafkaProcess.start(kafka);
    env = { FF_KAFKA_BROKERS: broker.brokers.join(',') };
  }, START_MS);
  afterAll(() => broker.stop());

  it('check says that all are missing, what to do, and fails', async () => {
    const { status, out } = await run(['topics', 'check'], { env });
    expect(status).toBe(1);
    expect(out.match(/^forensic\.\S+ +WRONG: is missing: run fleet-forensics topics create$/gm)).toHaveLength(4);
  });

  it('create makes them, with the numbers that are asked for', async () => {
    const { status, out, err } = await run(['topics', 'create', '--partitions', 'forensic.blocks=3', '--replication', '1'], {
      env,
    });
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(/^forensic\.session-events +created, partitions: 12$/m);
    expect(out).toMatch(/^forensic\.blocks +created, partitions: 3$/m);
    expect(out).toMatch(/^forensic\.dead-letters +created, partitions: 1$/m);
  });

  it('create leaves what is there as it is, and check is content with it', async () => {
    const { status, out } = await run(['topics', 'create'], { env });
    expect(status).toBe(0);
    expect(out.match(/^forensic\.\S+ +is there$/gm)).toHaveLength(4);
    const check = await run(['topics', 'check', '--partitions', 'forensic.blocks=3'], { env });
    expect(check.status).toBe(0);
    expect(check.out.match(/^forensic\.\S+ +ok$/gm)).toHaveLength(4);
  });

  it('check warns of fewer partitions than planned, which is no failure', async () => {
    const { status, out } = await run(['topics', 'check'], { env });
    expect(status).toBe(0);
    expect(out).toMatch(/^forensic\.blocks +warning: has 3 partitions, 6 are planned/m);
  });

  it('create refuses to change a number of partitions, and says where it is told how', async () => {
    const { status, out } = await run(['topics', 'create', '--partitions', 'forensic.blocks=9'], { env });
    expect(status).toBe(1);
    expect(out).toMatch(/^forensic\.blocks +REFUSED: .*has 3 partitions, not 9.*docs\/OPERATING\.md/m);
    expect((await run(['topics', 'create', '--partitions', 'forensic.blocks=3'], { env })).status).toBe(0);
  });

  it('name a setting that is not one: a misspelt broker would be the local one', async () => {
    const { status, err } = await run(['topics', 'check'], { env: { FF_KAFKA_BROKER: 'kafka:9092' } });
    expect(status).toBe(1);
    expect(err).toContain('FF_KAFKA_BROKER is not a setting; did you mean FF_KAFKA_BROKERS?');
  });

  it('say that Kafka does not answer', async () => {
    await broker.kill('SIGKILL');
    const { status, err } = await run(['topics', 'check'], { env: { ...env, FF_KAFKA_REQUEST_TIMEOUT_MS: '500' } });
    expect(status).toBe(1);
    expect(err).toMatch(/Look after the brokers/);
  });
});
