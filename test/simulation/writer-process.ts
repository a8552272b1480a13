import { join } from 'node:path';
import { BlockAssembly } from '@fleet-forensics/writer/block-assembly';
import { blockFiling } from '@fleet-forensics/writer/block-filing';
import { BlocksConsumer } from '@fleet-forensics/writer/blocks-consumer';
import { FilingHealth } from '@fleet-forensics/writer/filing-health';
import { Journal } from '@fleet-forensics/writer/journal';
import { PartStore } from '@fleet-forensics/writer/part-store';
import { WriterCounters } from '@fleet-forensics/writer/writer-counters';
import { type Fault, FaultyDisk } from '../../apps/writer/src/faulty-disk.fixture.ts';
import { PLAIN_FILING } from '../../apps/writer/src/writer-place.fixture.ts';
import { Member } from './member.ts';
import { SimulatedProducer } from './simulated-producer.ts';
import type { Trace } from './trace.ts';
import type { SimulatedProcess, World } from './world.ts';

/** Parts of unfinished blocks: more than a run has. */
const PENDING_BYTES = 1024 ** 3;

/** Blocks of one transaction: fewer than a batch may have. */
const SLICE_BYTES = 1024;

/** What goes wrong at which call into the file system or the journal; 0: at none. */
export interface DiskFault {
  readonly step: number;
  readonly fault: Fault;
}

/** A writer: what apps/writer runs, but for Nest, on real files. Its process may die in the middle of a write. */
export class WriterProcess implements SimulatedProcess {
  readonly name: string;
  readonly member: Member;
  readonly counters = new WriterCounters();
  isStalled = false;
  #isKilled = false;
  readonly #disk: FaultyDisk;
  readonly #journal: Journal;
  readonly #trace: Trace;

  constructor(world: World, { step, fault }: DiskFault) {
    const { network, log, clock, sabotage, dir, trace } = world;
    this.#trace = trace;
    this.name = `writer-${world.nextNumber()}`;
    this.#disk = new FaultyDisk(step, fault);
    this.#journal = new Journal(join(dir, 'journal'), 0);
    const journal = this.#disk.over(sabotage.journal(this.#journal));
    const warn = (message: string) => world.warn(this, message);
    const shared = { counters: this.counters, warn };
    const nowUs = () => clock.nowMs * 1000;
    const filing = { ...shared, root: rootOf(world), journal, calls: this.#disk.calls, settings: PLAIN_FILING, nowUs };
    const { writer } = blockFiling(filing);
    const assembly = new BlockAssembly(PENDING_BYTES, journal, new PartStore());
    const producer = new SimulatedProducer(this, network, log);
    const health = new FilingHealth();
    const blocks = new BlocksConsumer({ ...shared, assembly, writer, producer, health, sliceBytes: SLICE_BYTES });
    this.member = new Member(
      this,
      { group: world.writers, log, network, trace },
      {
        assigned: async () => {},
        batch: (batch, consumer) => blocks.take(batch, consumer),
        revoked: async (ownerships) => blocks.revoked(ownerships),
        failed: (error) => world.failed(this, error),
      },
    );
  }

  get isAlive(): boolean {
    return !this.#isKilled && !this.#disk.dead;
  }

  tick(): void {}

  kill(): void {
    if (this.#isKilled) return;
    this.#isKilled = true;
    const { filed, repeated, tornTails, failures } = this.counters;
    for (const [what, times] of Object.entries({ filed, repeated, tornTails, failures })) this.#trace.count(what, times);
    this.#disk.end();
    this.#journal.close();
  }
}

/** The directory that the policies' files lie below. */
export function rootOf({ dir }: { readonly dir: string }): string {
  return join(dir, 'root');
}
