import { setTimeout as pause } from 'node:timers/promises';
import { type IngestPlace, Load } from '../chaos/load.ts';
import type { SessionScript } from '../chaos/session-script.ts';

const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 100;
/** Nodes that have sessions that last, too. */
const LASTING = 5;

/** Sessions of all nodes at once, some of which last as long as the load does. */
export class FleetLoad {
  readonly #loads: readonly Load[];

  /** Begins at once. @param seed it and the next one name the sessions */
  constructor(places: readonly IngestPlace[], seed: number) {
    this.#loads = [
      new Load({ places, seed, lanes: { short: 1, long: 0, 'kept alive': 0 } }),
      new Load({ places: places.slice(0, LASTING), seed: seed + 1, lanes: { short: 0, long: 1, 'kept alive': 1 } }),
    ];
    for (const load of this.#loads) load.start();
  }

  /** All sessions that were begun, by name. */
  get scripts(): ReadonlyMap<string, SessionScript> {
    return new Map(this.#loads.flatMap(({ scripts }) => [...scripts]));
  }

  /** Resolves when so many sessions were begun. @throws Error if that takes more than two minutes */
  async begun(sessions: number): Promise<void> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    while (this.scripts.size < sessions) {
      if (performance.now() > giveUpAt) throw new Error(`${this.scripts.size} sessions were begun, not ${sessions}`);
      await pause(LOOK_EVERY_MS);
    }
  }

  /** Lets every session come to its end. @throws Error if one does not, or if something that was right was refused */
  async end(): Promise<void> {
    const busy = await Promise.all(this.#loads.map((load) => load.end(PATIENCE_MS)));
    const refused = this.#loads.flatMap((load) => load.refused);
    if (refused.length > 0) throw new Error(`refused: ${refused.slice(0, 5).join('\n')}`);
    if (busy.some((lanes) => lanes > 0)) throw new Error('sessions were not taken to their end');
  }
}
