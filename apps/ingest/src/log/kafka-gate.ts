import type { OutgoingRecord, Producer } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';

/**
 * Kafka's producer behind the check of its topics. Until that has passed it refuses at once, instead of having each send find out
 * anew, and slowly, that nobody is there; and nothing gets into a topic that would misread or compact it.
 */
export class KafkaGate implements Producer {
  readonly #kafka: Producer;
  #isOpen = false;

  constructor(kafka: Producer) {
    this.#kafka = kafka;
  }

  /** The topics are as they have to be. */
  open(): void {
    this.#isOpen = true;
  }

  async send(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    if (this.#isOpen) return this.#kafka.send(topic, records);
    throw new ForensicsError(
      'FF_LOG_UNAVAILABLE',
      "Kafka's topics could not be checked since the start: see the warning that says why",
    );
  }
}
