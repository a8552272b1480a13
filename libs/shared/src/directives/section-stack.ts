import type { NodeSection } from './configuration.ts';
import type { Section } from './section.ts';
import type { ServerDraft } from './server-draft.ts';

/** The sections that are open, the innermost last. IfModule and IfDefine are none: what they let pass stands where they stand. */
export class SectionStack {
  readonly #open: Section[] = [];
  readonly #mainServer: ServerDraft;

  constructor(mainServer: ServerDraft) {
    this.#mainServer = mainServer;
  }

  get depth(): number {
    return this.#open.length;
  }

  get innermost(): Section | undefined {
    return this.#open.at(-1);
  }

  /** `server config`, `<VirtualHost>` …, as upstream's errors name it (`get_context_name`). */
  get context(): string {
    return this.innermost?.name ?? 'server config';
  }

  /** The context without a `<Node>` that is the innermost. */
  get contextBelowNode(): Section | undefined {
    return this.#open.findLast(({ kind }) => kind !== 'node');
  }

  /** Whose directives are read; within `<Global>`, that around it. */
  get server(): ServerDraft {
    for (const section of this.#open.toReversed()) if (section.kind === 'server') return section.server;
    return this.#mainServer;
  }

  get node(): NodeSection | null {
    for (const section of this.#open.toReversed()) if (section.kind === 'node') return section.node;
    return null;
  }

  /** Those that nothing has closed, in the order in which they were opened. */
  get unclosed(): readonly Section[] {
    return this.#open;
  }

  open(section: Section): void {
    this.#open.push(section);
  }

  /** Closes the innermost one, if it has this name in any case. */
  close(name: string): boolean {
    if (this.innermost?.name.toLowerCase() !== name.toLowerCase()) return false;
    this.#open.pop();
    return true;
  }
}
