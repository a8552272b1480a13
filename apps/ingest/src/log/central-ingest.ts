import type { OutgoingRecord, Producer } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { type Answer, fetchFailure, readAnswer } from '@fleet-forensics/shared/events-answer';
import { SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import type { Counters } from '../counters.ts';
import type { CentralConnection } from './central-connection.ts';
import { RareWarning } from '../rare-warning.ts';
import { publishedBatch } from './published-batch.ts';

/** A request's body, bytes: a sixteenth of what FF_INGEST_BODY_BYTES allows by default. One record may be a body by itself. */
const BODY_BYTES = 1024 * 1024;

/** At once. What comes meanwhile goes together into the next one. */
const MAX_REQUESTS = 4;

export interface CentralIngestOptions {
  /** Its address, as FF_FORWARD_URL says it. */
  readonly url: string;
  readonly connection: CentralConnection;
  readonly counters: Pick<Counters, 'forwardRefused'>;
  /** Told what an operator must know. */
  readonly warn: (message: string) => void;
}

interface Send {
  readonly batches: readonly Buffer[];
  readonly byteLength: number;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Another ingest as the log of this one: `POST /v1/events` of the records' batches. The records of one key stay in order as long as
 * their sender waits for one send before the next.
 */
export class CentralIngest implements Producer {
  readonly #options: CentralIngestOptions;
  readonly #url: string;
  readonly #refusal: RareWarning;
  readonly #waiting: Send[] = [];
  #requests = 0;

  constructor(options: CentralIngestOptions) {
    this.#options = options;
    this.#url = `${options.url.replace(/\/+$/, '')}/v1/events`;
    this.#refusal = new RareWarning(options.warn, () => performance.now());
  }

  /**
   * Resolves when the central ingest has them on its log. A batch that it takes in no case is counted and told.
   * @throws ForensicsError FF_LOG_UNAVAILABLE if it takes nothing now; FF_NOT_SUPPORTED for another topic
   */
  async send(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    if (topic !== SESSION_EVENTS) {
      throw new ForensicsError('FF_NOT_SUPPORTED', `${topic}: only ${SESSION_EVENTS} is forwarded to ${this.#options.url}`);
    }
    const batches = records.map(({ value }) => publishedBatch(value));
    const byteLength = batches.reduce((sum, batch) => sum + batch.length, 0);
    const { promise, resolve: done, reject: failed } = Promise.withResolvers<void>();
    this.#waiting.push({ batches, byteLength, done, failed });
    this.#request();
    return promise;
  }

  #request(): void {
    while (this.#waiting.length > 0 && this.#requests < MAX_REQUESTS) {
      this.#requests += 1;
      void this.#deliver(this.#take()).finally(() => {
        this.#requests -= 1;
        this.#request();
      });
    }
  }

  /** The oldest send and what fits into one body with it. */
  #take(): readonly Send[] {
    const taken = [this.#waiting.shift()!];
    let bytes = taken[0]!.byteLength;
    while (this.#waiting.length > 0 && (bytes += this.#waiting[0]!.byteLength) <= BODY_BYTES) taken.push(this.#waiting.shift()!);
    return taken;
  }

  async #deliver(sends: readonly Send[]): Promise<void> {
    try {
      for (const body of bodiesOf(sends.flatMap(({ batches }) => batches))) await this.#post(body);
      for (const { done } of sends) done();
    } catch (error) {
      for (const { failed } of sends) failed(error);
    }
  }

  async #post(batches: readonly Buffer[]): Promise<void> {
    const answer = await this.#answerTo(Buffer.concat(batches));
    if (!answer.lines) throw this.#unavailable(`it answered ${answer.status} ${answer.problem}`);
    const { rejected, rejectedCount } = answer.lines;
    if (rejectedCount === 0) return;
    this.#options.counters.forwardRefused += rejectedCount;
    const why = rejected[0] ? `${rejected[0].code}: ${rejected[0].error}` : 'it does not say why';
    this.#refusal.tell(`${this.#url} refused ${rejectedCount} records of ${batches.length} for good; they are lost (${why})`);
  }

  async #answerTo(body: Buffer): Promise<Answer> {
    try {
      return await readAnswer(await this.#options.connection.post(this.#url, body));
    } catch (error) {
      throw this.#unavailable(fetchFailure(error));
    }
  }

  #unavailable(why: string): ForensicsError {
    return new ForensicsError('FF_LOG_UNAVAILABLE', `FF_FORWARD_URL=${this.#options.url} takes nothing now (${why})`);
  }
}

/** In order, as many as fit into one body each time. */
function* bodiesOf(batches: readonly Buffer[]): Generator<readonly Buffer[]> {
  let body: Buffer[] = [];
  let bytes = 0;
  for (const batch of batches) {
    if (body.length > 0 && bytes + batch.length > BODY_BYTES) {
      yield body;
      body = [];
      bytes = 0;
    }
    body.push(batch);
    bytes += batch.length;
  }
  if (body.length > 0) yield body;
}
