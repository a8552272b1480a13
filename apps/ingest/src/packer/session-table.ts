import type { PackedSession } from './packed-session.ts';

/**
 * Sessions by node and session. Two maps instead of one with a joined key: the names of an event are the same strings line after
 * line, and to look them up costs a fifth of joining them.
 */
export class SessionTable {
  readonly #byNode = new Map<string, Map<string, PackedSession>>();

  get(node: string, session: string): PackedSession | undefined {
    return this.#byNode.get(node)?.get(session);
  }

  add(session: PackedSession): void {
    const ofNode = this.#byNode.get(session.node);
    if (ofNode) ofNode.set(session.session, session);
    else this.#byNode.set(session.node, new Map([[session.session, session]]));
  }

  delete({ node, session }: PackedSession): void {
    const ofNode = this.#byNode.get(node);
    ofNode?.delete(session);
    if (ofNode?.size === 0) this.#byNode.delete(node);
  }
}
