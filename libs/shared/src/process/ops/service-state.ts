import type { Readiness } from '../readiness.ts';
import type { Service } from '../service.ts';

/** What of a service is told outside, from the first moment of its process to the last. */
export class ServiceState {
  #service: Pick<Service, 'readiness' | 'stuck'> | undefined;
  #isDraining = false;

  /** It has started. */
  runs(service: Pick<Service, 'readiness' | 'stuck'>): void {
    this.#service = service;
  }

  /** It was told to end, or can't go on. */
  drains(): void {
    this.#isDraining = true;
  }

  /** A service that ends is not ready whatever it could still do: nothing new is to come to it. */
  get readiness(): Readiness {
    if (this.#isDraining) return { isReady: false, why: ['draining'] };
    return this.#service?.readiness ?? { isReady: false, why: ['starting'] };
  }

  /**
   * What only a restart mends, a phrase each; none: it lives. Waiting for Kafka at the start, for room on a disk or for the end is
   * no such thing: after a restart it would wait again.
   */
  get stuck(): readonly string[] {
    return this.#isDraining ? [] : (this.#service?.stuck ?? []);
  }
}
