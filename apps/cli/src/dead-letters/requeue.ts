import type { OutgoingRecord, Producer } from '@fleet-forensics/shared/bus/port';
import { ForensicsError, hasCode } from '@fleet-forensics/shared/error';
import { BLOCKS, FILINGS, SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import type { DeadLetter } from '@fleet-forensics/shared/wire/block';
import { isCutOff } from '@fleet-forensics/shared/wire/dead-letter';
import { printable } from '../terminal.ts';
import { errorCode, type StoredLetter } from './stored-letter.ts';

/** What letters are about. They are bytes that anybody may have written: nothing else is published to. */
const SOURCES: ReadonlySet<string> = new Set([SESSION_EVENTS, BLOCKS, FILINGS]);

/** Publishes the records of dead letters again, to where they came from. */
export class Requeue {
  /** Records that are durable again. */
  published = 0;
  /** Letters whose record can't be published again; each was reported. */
  refused = 0;
  /** Offset behind the last letter that was looked at with all those before it. */
  next = 0;
  readonly #producer: Producer;
  readonly #code: string | undefined;
  readonly #report: (line: string) => void;

  /**
   * @param code only letters with this error code; undefined: all
   * @param report told why a letter is refused
   */
  constructor(producer: Producer, code: string | undefined, report: (line: string) => void) {
    this.#producer = producer;
    this.#code = code;
    this.#report = report;
  }

  /** In their order, partition by partition. @throws ForensicsError FF_LOG_UNAVAILABLE: some of them may have been published */
  async take(letters: readonly StoredLetter[]): Promise<void> {
    const outcomes = await Promise.allSettled(letters.map((each) => this.#takeOne(each)));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    this.next = letters.at(-1)!.record.offset + 1;
  }

  async #takeOne({ record, letter }: StoredLetter): Promise<void> {
    if (this.#code !== undefined && !(letter && errorCode(letter) === this.#code)) return;
    const refusal = refusalOf(letter);
    if (!letter || refusal !== undefined) return this.#refuse(record.offset, refusal ?? '');
    try {
      const key = record.key && letter.key;
      await this.#send(letter, { key, value: letter.value });
      this.published += 1;
    } catch (error) {
      if (!(error instanceof ForensicsError) || error.code === 'FF_LOG_UNAVAILABLE') throw error;
      this.#refuse(record.offset, error.message);
    }
  }

  /** To the partition that it came from, where the records lie that it belongs to; to its key's if that one is gone. */
  async #send({ topic, partition }: DeadLetter, record: OutgoingRecord): Promise<void> {
    try {
      await this.#producer.send(topic, [{ ...record, partition }]);
    } catch (error) {
      if (!hasCode(error, 'FF_UNKNOWN_PARTITION')) throw error;
      await this.#producer.send(topic, [record]);
    }
  }

  #refuse(offset: number, reason: string): void {
    this.refused += 1;
    this.#report(`${offset}: not published again: ${printable(reason)}\n`);
  }
}

function refusalOf(letter: DeadLetter | null): string | undefined {
  if (!letter) return 'it is no dead letter';
  if (!SOURCES.has(letter.topic)) return `its topic is none of ours: ${letter.topic}`;
  if (letter.value.length === 0) return 'it has no value';
  if (isCutOff(letter)) return 'only a part of its value was kept';
  return undefined;
}
