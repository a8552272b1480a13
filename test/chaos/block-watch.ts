import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Audit } from './audit.ts';
import type { Fleet } from './fleet.ts';
import { ForensicFile } from './forensic-file.ts';
import type { Load } from './load.ts';
import type { AskedCriterion } from './session-script.ts';

const LOOK_AGAIN_MS = 10;

/** Reads the files while they grow, and notes when each block appeared. */
export class BlockWatch {
  readonly audit: Audit;
  /** By criterion, milliseconds of performance.now(). */
  readonly seenMs = new Map<AskedCriterion, number>();
  readonly #files: readonly { readonly file: string; readonly forensicFile: ForensicFile }[];

  constructor(load: Load, { places, root }: Fleet) {
    this.audit = new Audit(load.scripts);
    this.#files = places.map(({ file }) => ({ file, forensicFile: new ForensicFile(join(root, file)) }));
  }

  look(): void {
    for (const { file, forensicFile } of this.#files) {
      for (const block of forensicFile.blocks()) {
        const asked = this.audit.take(block, file);
        if (asked) this.seenMs.set(asked, performance.now());
      }
    }
  }

  /** Looks until it is so, or for a while at most. */
  async until(isSo: () => boolean, withinMs: number): Promise<void> {
    const giveUpAt = performance.now() + withinMs;
    while (!isSo() && performance.now() < giveUpAt) {
      this.look();
      await pause(LOOK_AGAIN_MS);
    }
  }

  /** Of the blocks seen, from the answer to the file. */
  get latenciesMs(): number[] {
    return [...this.seenMs].map(([{ answeredMs }, seenMs]) => Math.max(0, seenMs - (answeredMs ?? seenMs)));
  }
}
