import { ForensicsError } from '../../error.ts';
import type { LogEntry } from './client-calls.ts';

/** The same message again within this time is only counted, milliseconds: kafkajs repeats itself with each attempt. */
const QUIET_MS = 10_000;
/** Different messages remembered. */
const MAX_MESSAGES = 100;
/** Fields of an entry that are shown; nothing else of it is: it may hold requests. */
const SHOWN = ['broker', 'topic', 'partition', 'groupId', 'error'];

/** An answer that says no goes to who asked, who knows whether that is an error: a topic that is to be created is missing first. */
const ANSWER = 'Response ';

/** Turns what kafkajs logs into errors for `failed`, each message at most once in ten seconds, with the number of its like. */
export class KafkaLog {
  readonly #failed: (error: ForensicsError) => void;
  readonly #now: () => number;
  readonly #seen = new Map<string, { untilMs: number; hidden: number }>();

  constructor(failed: (error: ForensicsError) => void, now: () => number = Date.now) {
    this.#failed = failed;
    this.#now = now;
  }

  write({ namespace, label, log }: LogEntry): void {
    // Its level may have been changed by a variable of kafkajs' own.
    if (label !== 'ERROR' || log.message.startsWith(ANSWER)) return;
    const details = SHOWN.filter((field) => log[field] !== undefined).map((field) => `${field} ${String(log[field])}`);
    const message = [`kafkajs, ${namespace}: ${log.message}`, ...details].join(', ');
    const nowMs = this.#now();
    const seen = this.#seen.get(message);
    if (seen && nowMs < seen.untilMs) {
      seen.hidden++;
      return;
    }
    const more = seen && seen.hidden > 0 ? ` (and ${seen.hidden} times more since it was last told)` : '';
    this.#remember(message, nowMs);
    this.#failed(new ForensicsError('FF_KAFKA_CLIENT', message + more));
  }

  #remember(message: string, nowMs: number): void {
    this.#seen.delete(message);
    this.#seen.set(message, { untilMs: nowMs + QUIET_MS, hidden: 0 });
    const oldest = this.#seen.keys().next().value;
    if (this.#seen.size > MAX_MESSAGES && oldest !== undefined) this.#seen.delete(oldest);
  }
}
