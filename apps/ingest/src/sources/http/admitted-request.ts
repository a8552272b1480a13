import type { ClientRate } from '../../access/client-rates.ts';
import type { Principal } from '../../access/principal.ts';
import type { Counters } from '../../counters.ts';
import type { Refusal } from '../event-rules/refusal.ts';
import { shown } from '../event-rules/refusal.ts';
import type { Lease } from './admission.ts';
import type { Allowance } from './allowance.ts';
import type { Problem } from './problem.ts';
import type { BodyType } from './request-envelope.ts';
import { overloaded, rateLimited } from './too-much.ts';

/** A request that was let in: who sent it, and what it may bring. */
export class AdmittedRequest implements Allowance {
  readonly type: BodyType;
  readonly encoding: 'identity' | 'gzip';
  readonly lease: Lease;
  readonly #principal: Principal;
  readonly #rate: ClientRate | null;
  readonly #counters: Counters;
  /** The node asked about last, and the answer: mostly it is the same one again. */
  #node = '';
  #refusal: Refusal | null = null;

  constructor(
    { type, encoding }: Pick<AdmittedRequest, 'type' | 'encoding'>,
    lease: Lease,
    { principal, rate, counters }: { principal: Principal; rate: ClientRate | null; counters: Counters },
  ) {
    this.type = type;
    this.encoding = encoding;
    this.lease = lease;
    this.#principal = principal;
    this.#rate = rate;
    this.#counters = counters;
  }

  get isUrgentOnly(): boolean {
    return this.lease.isUrgentOnly;
  }

  refusalOf(node: string): Refusal | null {
    if (node !== this.#node) {
      this.#node = node;
      this.#refusal = this.#principal.speaksFor(node) ? null : foreign(node);
    }
    return this.#refusal;
  }

  tooMuch(): Problem {
    const waitS = this.#rate?.waitS(false) ?? 0;
    return waitS > 0 ? rateLimited(this.#counters, waitS) : overloaded(this.#counters);
  }

  spend(items: number): void {
    this.#rate?.spend(items, this.isUrgentOnly);
  }

  /** Others of the same client were taken while this one's body came. @throws Problem 429 */
  checkRate(): void {
    const waitS = this.#rate?.waitS(this.isUrgentOnly) ?? 0;
    if (waitS > 0) throw rateLimited(this.#counters, waitS);
  }
}

function foreign(node: string): Refusal {
  return { code: 'foreign_node', error: `node: ${shown(node)} is none of those that you may speak for` };
}
