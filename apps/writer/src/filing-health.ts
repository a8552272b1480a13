import type { Readiness } from '@fleet-forensics/shared/process/readiness';

/** How many reasons are told. */
const MAX_TOLD = 3;

/** Which partitions wait, because something can't be written now. */
export class FilingHealth {
  readonly #waiting = new Map<number, string>();

  /** @param why the partition's blocks can't be filed */
  waits(partition: number, why: string): void {
    this.#waiting.set(partition, why);
  }

  /** The partition goes on, or is somebody else's now. */
  goesOn(partition: number): void {
    this.#waiting.delete(partition);
  }

  get waitingPartitions(): number {
    return this.#waiting.size;
  }

  /** Not ready while a partition waits; blocks of the others are filed all the same. */
  get readiness(): Readiness {
    const reasons = [...new Set(this.#waiting.values())];
    const told = reasons.slice(0, MAX_TOLD);
    if (reasons.length > told.length) told.push(`and ${reasons.length - told.length} more reasons`);
    return { isReady: reasons.length === 0, why: told };
  }
}
