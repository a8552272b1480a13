import type { Metric } from '../../metrics/metric.ts';
import type { Readiness } from '../readiness.ts';

/** What is told of a service. */
export interface ServedService {
  readonly readiness: Readiness;
  /** What only a restart mends, a phrase each: a consumer that is stuck. None: it lives. */
  readonly stuck: readonly string[];
  /** Read at each scrape, from its start to its end. */
  readonly metrics: readonly Metric[];
}

/** What of a service is told outside, from the first moment of its process to the last. */
export class ServiceState {
  #service: Pick<ServedService, 'readiness' | 'stuck'> | undefined;
  #isDraining = false;

  /** It has started. */
  runs(service: Pick<ServedService, 'readiness' | 'stuck'>): void {
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
