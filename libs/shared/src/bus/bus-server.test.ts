import { Controller, Inject, Module, type DynamicModule } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { describe, expect, it } from 'vitest';
import { ForensicsError } from '../error.ts';
import { startBusApp } from './bus-app.ts';
import { assignedOf, revokedOf, type BusContext } from './bus-server.ts';
import { openLog, scratchDir } from './embedded/scratch-log.fixture.ts';
import type { Assignment, Batch, Ownership } from './port.ts';

const TOPIC = 'lines';

/** What happened, in order, and what the next batches are refused with. */
class Witness {
  readonly seen: string[] = [];
  readonly refusals: Error[] = [];
  /** The next batch waits for it. */
  hang: Promise<void> | undefined;
}

@Controller()
class LinesController {
  readonly #witness: Witness;

  constructor(@Inject(Witness) witness: Witness) {
    this.#witness = witness;
  }

  @EventPattern<string>(assignedOf(TOPIC))
  assigned(@Payload() assignments: readonly Assignment[]): void {
    this.#witness.seen.push(`assigned ${assignments.map(({ partition }) => partition).join(' ')}`);
  }

  @EventPattern<string>(TOPIC)
  async batch(@Payload() batch: Batch, @Ctx() { consumer }: BusContext): Promise<void> {
    const refusal = this.#witness.refusals.shift();
    if (refusal) throw refusal;
    await this.#witness.hang;
    this.#witness.seen.push(`batch ${batch.records.map(({ value }) => Buffer.from(value).toString()).join(' ')}`);
    await consumer.commit(batch, { offset: batch.end, metadata: 'done' });
  }

  @EventPattern<string>(revokedOf(TOPIC))
  revoked(@Payload() ownerships: readonly Ownership[]): void {
    this.#witness.seen.push(`revoked ${ownerships.length}`);
  }
}

@Module({})
class LinesModule {
  static register(witness: Witness): DynamicModule {
    return { module: LinesModule, controllers: [LinesController], providers: [{ provide: Witness, useValue: witness }] };
  }
}

describe('a Nest application on the bus', () => {
  it('gets its partitions, whole batches, and the hand-over at its end, in this order', async () => {
    const log = openLog({ dir: scratchDir() });
    await log.ensureTopics([{ name: TOPIC, partitions: 2, retentionMs: 0, retentionBytes: 0 }]);
    const records = ['a', 'b', 'c'].map((value) => ({ key: null, value: Buffer.from(value), partition: 1 }));
    await log.producer().send(TOPIC, records);
    const witness = new Witness();
    const options = { bus: log, group: 'g', maxBatchRecords: 10, maxBatchBytes: 1000 };
    const { app, server } = await startBusApp(LinesModule.register(witness), {
      ...options,
      failed: (error) => expect.fail(String(error)),
    });
    await expect.poll(() => witness.seen).toEqual(['assigned 0 1', 'batch a b c']);
    expect(await server.caughtUp(1000)).toBe(true);
    await app.close();
    expect(witness.seen.at(-1)).toBe('revoked 2');
  });

  it('has caught up only when what lies on the log is handled', async () => {
    const log = openLog({ dir: scratchDir(), retryDelayMs: { first: 30, last: 30 } });
    await log.ensureTopics([{ name: TOPIC, partitions: 1, retentionMs: 0, retentionBytes: 0 }]);
    const witness = new Witness();
    const options = { bus: log, group: 'g', maxBatchRecords: 10, maxBatchBytes: 1000, failed: () => {} };
    const { app, server } = await startBusApp(LinesModule.register(witness), options);
    await expect.poll(() => witness.seen).toEqual(['assigned 0']);
    witness.refusals.push(new Error('not yet'));
    await log.producer().send(TOPIC, [{ key: null, value: Buffer.from('a') }]);
    expect(await server.caughtUp(1)).toBe(false);
    expect(await server.caughtUp(10_000)).toBe(true);
    expect(witness.seen.at(-1)).toBe('batch a');
    await app.close();
  });

  it('is known to be stuck when it never comes to an end with a batch, and how far it is behind', async () => {
    const log = openLog({ dir: scratchDir() });
    await log.ensureTopics([{ name: TOPIC, partitions: 1, retentionMs: 0, retentionBytes: 0 }]);
    const witness = new Witness();
    const hang = Promise.withResolvers<void>();
    witness.hang = hang.promise;
    const options = { bus: log, group: 'g', maxBatchRecords: 10, maxBatchBytes: 1000 };
    const { app, server } = await startBusApp(LinesModule.register(witness), {
      ...options,
      failed: (error) => expect.fail(String(error)),
    });
    await expect.poll(() => witness.seen).toEqual(['assigned 0']);
    expect(server.stuckFor(0), 'nothing waits').toEqual([]);
    await log.producer().send(TOPIC, [{ key: null, value: Buffer.from('a') }]);
    await expect.poll(() => server.stuckFor(50)).toEqual([expect.stringMatching(/^lines\/0 has stood still at offset 0 /)]);
    expect(server.partitions).toEqual([{ topic: TOPIC, partition: 0, next: 0, end: 1 }]);
    hang.resolve();
    await expect.poll(() => server.partitions).toEqual([{ topic: TOPIC, partition: 0, next: 1, end: 1 }]);
    expect(server.stuckFor(0)).toEqual([]);
    await app.close();
  });

  it('gets a batch again that it refused, and the reason reaches the operator as it was', async () => {
    const log = openLog({ dir: scratchDir() });
    await log.ensureTopics([{ name: TOPIC, partitions: 1, retentionMs: 0, retentionBytes: 0 }]);
    await log.producer().send(TOPIC, [{ key: null, value: Buffer.from('a') }]);
    const witness = new Witness();
    const refusal = new ForensicsError('FF_FILING_FAILED', 'disk full');
    witness.refusals.push(refusal, new TypeError('a bug'));
    const failures: unknown[] = [];
    const options = { bus: log, group: 'g', maxBatchRecords: 10, maxBatchBytes: 1000 };
    const { app } = await startBusApp(LinesModule.register(witness), { ...options, failed: (error) => failures.push(error) });
    await expect.poll(() => witness.seen).toEqual(['assigned 0', 'batch a']);
    expect(failures).toEqual([refusal, new TypeError('a bug')]);
    await app.close();
  });
});
