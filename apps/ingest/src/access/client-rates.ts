import { TokenBucket } from './token-bucket.ts';

/** Clients whose rate is remembered; the one that was silent longest is forgotten first. */
const MAX_CLIENTS = 10_000;

/** What requests without messages may bring, as a share of the rate, and beyond it. */
const URGENT_SHARE = 0.25;

/** What one client has published of what it may. */
export class ClientRate {
  readonly #usual: TokenBucket;
  readonly #urgent: TokenBucket;
  readonly #now: () => number;

  constructor(eventsPerS: number, now: () => number) {
    this.#usual = new TokenBucket(eventsPerS, now());
    this.#urgent = new TokenBucket(Math.max(1, eventsPerS * URGENT_SHARE), now());
    this.#now = now;
  }

  /** Seconds until a request may be taken, 0: now. @param isUrgent one without messages */
  waitS(isUrgent: boolean): number {
    return (isUrgent ? this.#urgent : this.#usual).waitS(this.#now());
  }

  spend(events: number, isUrgent: boolean): void {
    (isUrgent ? this.#urgent : this.#usual).spend(events, this.#now());
  }
}

/** How fast each client publishes. */
export class ClientRates {
  readonly #eventsPerS: number;
  readonly #now: () => number;
  /** The one that spoke last is the last. */
  readonly #rates = new Map<string, ClientRate>();

  /** @param eventsPerS 0: no limit @param now milliseconds of a clock that never goes back */
  constructor(eventsPerS: number, now: () => number) {
    this.#eventsPerS = eventsPerS;
    this.#now = now;
  }

  /** Of a client; null: it has no limit. */
  of(client: string): ClientRate | null {
    if (this.#eventsPerS === 0) return null;
    const rate = this.#rates.get(client) ?? new ClientRate(this.#eventsPerS, this.#now);
    this.#rates.delete(client);
    this.#rates.set(client, rate);
    if (this.#rates.size > MAX_CLIENTS) this.#rates.delete(this.#rates.keys().next().value!);
    return rate;
  }
}
