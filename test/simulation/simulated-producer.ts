import type { OutgoingRecord, Producer } from '@fleet-forensics/shared/bus/port';
import { describeRecord } from './record-description.ts';
import type { Caller, Network } from './network.ts';
import type { SimulatedLog } from './simulated-log.ts';

/** A process' producer: what it sends is appended when the run decides so, or partly, or late, or never. */
export class SimulatedProducer implements Producer {
  readonly #caller: Caller;
  readonly #network: Network;
  readonly #log: SimulatedLog;

  constructor(caller: Caller, network: Network, log: SimulatedLog) {
    this.#caller = caller;
    this.#network = network;
    this.#log = log;
  }

  async send(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    const placed = this.#log.place(topic, records);
    await this.#network.call(this.#caller, `send ${topic}`, {
      what: () => `sends ${placed.map(({ partition, value }) => describeRecord(topic, partition, value)).join(', ')}`,
      size: placed.length,
      whole: () => this.#log.append(topic, placed),
      first: (count) => this.#log.append(topic, placed.slice(0, count)),
    });
  }
}
