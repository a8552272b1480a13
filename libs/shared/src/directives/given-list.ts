import type { Given, NodeSection } from './configuration.ts';
import type { DirectiveProperty } from './forensic-directives.ts';

/** The directives of a server, or of all `<Global>` sections: each at most once for the same nodes. */
export class GivenList {
  readonly #all: Given[] = [];
  readonly #first = new Map<NodeSection | null, Map<DirectiveProperty, Given>>();

  /** In the order of the file. */
  get all(): readonly Given[] {
    return this.#all;
  }

  /** Adds it, unless it was given before. @returns the one that was */
  add(given: Given): Given | undefined {
    const ofNode = this.#first.get(given.node) ?? new Map<DirectiveProperty, Given>();
    const first = ofNode.get(given.property);
    if (first) return first;
    this.#first.set(given.node, ofNode.set(given.property, given));
    this.#all.push(given);
    return undefined;
  }
}
