import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '@fleet-forensics/shared/error';
import type { Readiness } from '@fleet-forensics/shared/process/readiness';
import type { FilingHealth } from './filing-health.ts';

/** The file system is asked at most this often. */
const LOOK_EVERY_MS = 1000;

export interface RootHealthOptions {
  /** Absolute. The writer makes it where its parent is there. */
  readonly root: string;
  /** To be left free on its file system. */
  readonly headroomBytes: number;
  /** Of a clock that never goes back. */
  readonly nowMs: () => number;
}

/** Whether the root could take blocks, before one comes: a balancer and an alarm are not to wait for the first that fails. */
export class RootHealth {
  readonly #options: RootHealthOptions;
  #lookedMs = -Infinity;
  #freeBytes: number | undefined;
  #problem: string | undefined;

  constructor(options: RootHealthOptions) {
    this.#options = options;
  }

  /** What the writer may still write there; undefined: the file system does not say. */
  get freeBytes(): number | undefined {
    this.#look();
    return this.#freeBytes;
  }

  /** Why nothing can be written below the root now; undefined: it can. */
  get problem(): string | undefined {
    this.#look();
    return this.#problem;
  }

  #look(): void {
    const { root, headroomBytes, nowMs } = this.#options;
    if (nowMs() - this.#lookedMs < LOOK_EVERY_MS) return;
    this.#lookedMs = nowMs();
    try {
      const directory = existsSync(root) ? root : dirname(root);
      const { bavail, bsize } = statfsSync(directory);
      this.#freeBytes = bavail * bsize;
      accessSync(directory, constants.W_OK | constants.X_OK);
      // Without the number: a reason that changes is said anew each time.
      const full = `not more than ${headroomBytes} bytes (FF_WRITER_HEADROOM_BYTES) are free for ${root}: make room`;
      this.#problem = this.#freeBytes <= headroomBytes ? full : undefined;
    } catch (error) {
      this.#problem = `${root} can't be written to: ${messageOf(error)}`;
      this.#freeBytes = undefined;
    }
  }
}

/** Of a writer: not ready while a partition's blocks wait, or while none could be written. */
export function readinessOf(filing: FilingHealth, root: RootHealth): Readiness {
  const { isReady, why } = filing.readiness;
  const { problem } = root;
  return problem === undefined ? { isReady, why } : { isReady: false, why: [problem, ...why] };
}
