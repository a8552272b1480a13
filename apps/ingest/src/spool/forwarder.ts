import { partitionOfKey } from '@fleet-forensics/shared/bus/murmur2';
import type { BusRecord, OutgoingRecord, Producer } from '@fleet-forensics/shared/bus/port';
import { ForensicsError, hasCode } from '@fleet-forensics/shared/error';
import { RareWarning } from '@fleet-forensics/shared/process/rare-warning';
import { DEAD_LETTERS } from '@fleet-forensics/shared/topics';
import { deadLetter } from '@fleet-forensics/shared/wire/dead-letter';
import type { Counters } from '../counters.ts';

export interface ForwarderOptions {
  readonly log: Producer;
  /** Where the records go; `partitions` as it was made with. */
  readonly topic: { readonly name: string; readonly partitions: number };
  readonly counters: Pick<Counters, 'spoolDeadLetters' | 'spoolLost'>;
  readonly warn: (message: string) => void;
}

/** Sends spooled records to the log. */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #burialWarning: RareWarning;
  #abandon: ((reason: ForensicsError) => void) | undefined;
  #isStopped = false;

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.#burialWarning = new RareWarning(options.warn, () => performance.now());
  }

  /**
   * Resolves when the log has the records, in order. One that it takes in no case goes to the dead letters: the others must not wait
   * behind it for ever. On rejection any part of them may be in the log.
   * @throws ForensicsError what the log's producer throws, for what may be taken later; FF_LOG_UNAVAILABLE after {@link stop}
   */
  async forward(records: readonly BusRecord[]): Promise<void> {
    const { name } = this.#options.topic;
    try {
      await this.#send(name, records.map(outgoing));
    } catch (error) {
      if (!isForGood(error)) throw error;
      for (const record of records) await this.#forwardAlone(record);
    }
  }

  /** Waits no longer for what the log has not acknowledged: it may be there all the same. */
  stop(): void {
    this.#isStopped = true;
    this.#abandon?.(stopped());
  }

  async #forwardAlone(record: BusRecord): Promise<void> {
    try {
      await this.#send(this.#options.topic.name, [outgoing(record)]);
    } catch (error) {
      if (!isForGood(error)) throw error;
      await this.#bury(record, error);
    }
  }

  async #bury(record: BusRecord, error: ForensicsError): Promise<void> {
    const { topic, counters } = this.#options;
    const what = `a spooled record of ${record.value.length} bytes for ${topic.name} will never be taken (${error.code}: ${error.message})`;
    const partition = partitionOfKey(record.key ?? new Uint8Array(), topic.partitions);
    try {
      await this.#send(DEAD_LETTERS, [deadLetter({ topic: topic.name, partition }, record, error)]);
      counters.spoolDeadLetters += 1;
      this.#burialWarning.tell(`${what}: it went to ${DEAD_LETTERS}`);
    } catch (refusal) {
      if (!isForGood(refusal)) throw refusal;
      counters.spoolLost += 1;
      this.#burialWarning.tell(
        `${what}, nor its dead letter: it is lost; let both topics take records of 1 MiB (max.message.bytes)`,
      );
    }
  }

  #send(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isStopped) {
        reject(stopped());
        return;
      }
      this.#abandon = reject;
      this.#options.log.send(topic, records).then(resolve, reject);
    });
  }
}

/** Of the errors that a producer may throw (bus/port.ts) the one that waiting does not help against. A topic can still be made. */
function isForGood(error: unknown): error is ForensicsError {
  return hasCode(error, 'FF_RECORD_TOO_LARGE');
}

function outgoing({ key, value }: BusRecord): OutgoingRecord {
  return { key, value };
}

function stopped(): ForensicsError {
  return new ForensicsError('FF_LOG_UNAVAILABLE', 'The spool is closed: what is left in it is forwarded after the next start');
}
