import type {
  Assignment,
  Batch,
  Bus,
  BusRecord,
  Consumer,
  ConsumerHandlers,
  ConsumerOptions,
  Ownership,
  PartitionId,
} from '@fleet-forensics/shared/bus/port';

type Wishes = Partial<ConsumerOptions> & Pick<ConsumerOptions, 'group' | 'topics'>;

/** Something that happened to a consumer, in the order in which it did. */
export type Sight =
  { readonly batch: Batch } | { readonly assigned: readonly Assignment[] } | { readonly revoked: readonly Ownership[] };

/**
 * A consumer that remembers what happened to it and holds every driver to what the port says of the order of its calls: what
 * it finds wrong stands in `violations`.
 */
export class Witness {
  readonly sights: Sight[] = [];
  readonly failures: unknown[] = [];
  readonly violations: string[] = [];
  readonly owned = new Map<string, Assignment>();
  readonly #ready = new Set<string>();
  readonly #running = new Set<string>();
  readonly #records = new Map<string, BusRecord[]>();
  #waiting: (() => void)[] = [];
  #consumer: Consumer | undefined;

  /** @param handlers run inside of the witness' own */
  static async join(bus: Bus, wishes: Wishes, handlers: Partial<ConsumerHandlers> = {}): Promise<Witness> {
    const witness = new Witness();
    const options = { maxBatchRecords: 100, maxBatchBytes: 4 * 1024 * 1024, ...wishes };
    witness.#consumer = await bus.consume(options, witness.#handlers(handlers));
    if (witness.batches.length > 0) witness.violations.push('a batch came before consume resolved');
    return witness;
  }

  get consumer(): Consumer {
    if (!this.#consumer) throw new Error('consume has not resolved');
    return this.#consumer;
  }

  get batches(): Batch[] {
    return this.sights.flatMap((sight) => ('batch' in sight ? [sight.batch] : []));
  }

  /** The records of one partition in the order in which they came and were not rejected. */
  of(partition: PartitionId): readonly BusRecord[] {
    return this.#records.get(name(partition)) ?? [];
  }

  /** The assignment under which it owns the partition. */
  assignment(partition: PartitionId): Assignment {
    const assignment = this.owned.get(name(partition));
    if (!assignment) throw new Error(`${name(partition)} is not owned`);
    return assignment;
  }

  /** Resolves when the condition holds; it is looked at after everything that happens. The test's own time-out ends it. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #handlers(inner: Partial<ConsumerHandlers>): ConsumerHandlers {
    return {
      assigned: async (assignments, consumer) => {
        for (const assignment of assignments) this.owned.set(name(assignment), assignment);
        this.#happened({ assigned: assignments });
        await inner.assigned?.(assignments, consumer);
        for (const assignment of assignments) this.#ready.add(name(assignment));
      },
      batch: async (batch, consumer) => {
        this.#enter(batch);
        const kept = batch.records.map((record) => ({ ...record, value: Uint8Array.from(record.value) }));
        try {
          await inner.batch?.(batch, consumer);
          this.#keep(batch, kept);
        } finally {
          this.#running.delete(name(batch));
          this.#happened({ batch: { ...batch, records: kept } });
        }
      },
      revoked: async (ownerships, consumer) => {
        for (const ownership of ownerships) this.#revoke(ownership);
        await inner.revoked?.(ownerships, consumer);
        for (const ownership of ownerships) this.owned.delete(name(ownership));
        this.#happened({ revoked: ownerships });
      },
      failed: (error) => {
        this.failures.push(error);
        inner.failed?.(error);
        this.#tell();
      },
    };
  }

  #enter(batch: Batch): void {
    const id = name(batch);
    if (!this.#ready.has(id)) this.violations.push(`${id}: a batch came before assigned settled, or after revoked`);
    if (this.#running.has(id)) this.violations.push(`${id}: a batch came while another one was running`);
    if (this.owned.get(id)?.epoch !== batch.epoch) this.violations.push(`${id}: a batch of another epoch came`);
    if (batch.records.length === 0) this.violations.push(`${id}: an empty batch came`);
    this.#running.add(id);
  }

  #keep(batch: Batch, records: readonly BusRecord[]): void {
    const kept = this.#records.get(name(batch)) ?? [];
    kept.push(...records);
    this.#records.set(name(batch), kept);
  }

  #revoke(ownership: Ownership): void {
    const id = name(ownership);
    if (this.#running.has(id)) this.violations.push(`${id}: revoked while a batch was running`);
    if (this.owned.get(id)?.epoch !== ownership.epoch) this.violations.push(`${id}: revoked under another epoch`);
    this.#ready.delete(id);
  }

  #happened(sight: Sight): void {
    this.sights.push(sight);
    this.#tell();
  }

  #tell(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Resolves when the condition on several witnesses holds; it is looked at after everything that happens to one of them. */
export async function untilAll(witnesses: readonly Witness[], condition: () => boolean): Promise<void> {
  await Promise.race(witnesses.map((witness) => witness.until(condition)));
}

function name({ topic, partition }: PartitionId): string {
  return `${topic}/${partition}`;
}
