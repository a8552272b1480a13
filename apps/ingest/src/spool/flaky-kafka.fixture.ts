import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OutgoingRecord, Producer } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';

export const AWAY = new ForensicsError('FF_LOG_UNAVAILABLE', 'no broker answers');

/** What Kafka does with the sends that reach it: takes them, takes them but the answer is lost, is not there, or any of it. */
export type KafkaMood = 'up' | 'mute' | 'down' | 'shaky';

/** A process' connection; when the process dies its sends reach nothing any more, and nobody hears of them. */
export interface KafkaConnection extends Producer {
  die(): void;
}

/** Kafka as one topic sees it, in memory. */
export class FlakyKafka {
  /** What it took, in its order. */
  readonly records: (OutgoingRecord & { readonly topic: string })[] = [];
  mood: KafkaMood = 'up';
  /** Turns of the event loop until a send arrives, and again until its answer does; while it is shaky, no more than these. */
  turns = 0;
  #seed = 1;
  /** Thrown for what it takes in no case. */
  refuses: (topic: string, record: OutgoingRecord) => ForensicsError | undefined = () => undefined;

  connect(): KafkaConnection {
    let isDead = false;
    return {
      die: () => {
        isDead = true;
      },
      send: async (topic, records) => {
        const mood = this.mood === 'shaky' ? (['up', 'mute', 'down'] as const)[Math.floor(this.#random() * 3)] : this.mood;
        await this.#pass();
        if (isDead || this.mood === 'down' || mood === 'down') throw AWAY;
        for (const record of records) {
          const refusal = this.refuses(topic, record);
          if (refusal) throw refusal;
        }
        this.records.push(...records.map((record) => ({ ...record, topic })));
        await this.#pass();
        if (isDead || mood === 'mute') throw AWAY;
      },
    };
  }

  /** 0 … 1, the same in every run (a linear congruential generator). */
  #random(): number {
    this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) >>> 0;
    return this.#seed / 2 ** 32;
  }

  async #pass(): Promise<void> {
    const share = this.mood === 'shaky' ? this.#random() : 1;
    for (let turn = 0; turn < this.turns * share; turn++) await nextTurn();
  }
}
