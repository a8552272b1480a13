import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { OpenSource, Source, SourcePorts } from './source.ts';

/** The sources that are switched on, but HTTP. */
export class OpenSources implements BeforeApplicationShutdown {
  readonly #ports: SourcePorts;
  readonly #open: Source[] = [];

  constructor(ports: SourcePorts) {
    this.#ports = ports;
  }

  /** What is read, a line each. */
  get places(): readonly string[] {
    return this.#open.map(({ place }) => place);
  }

  /** Starts them one by one. @throws what the first one throws that can't start; those before it are open */
  async open(sources: readonly OpenSource[]): Promise<void> {
    for (const open of sources) this.#open.push(await open(this.#ports));
  }

  /** Before the publisher is closed: what they have read is packed. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.#open.map((source) => source.close()));
  }
}
