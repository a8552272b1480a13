import type { NodeSection } from './configuration.ts';
import type { Place } from './problem.ts';
import type { ServerDraft } from './server-draft.ts';

/** A section that is open. */
export type Section = { readonly name: string; readonly place: Place } & (
  | { readonly kind: 'server'; readonly server: ServerDraft }
  | { readonly kind: 'global' }
  | { readonly kind: 'node'; readonly node: NodeSection }
  /** One of ProFTPD's that holds nothing of ours, `<Anonymous>` and the like. */
  | { readonly kind: 'foreign' }
);

/** The sections in which directives of ours may stand. */
export const OUR_SECTIONS = ['<VirtualHost>', '<Global>', '<Node>'] as const;

export type OurSection = (typeof OUR_SECTIONS)[number];

/** The section of this name, `<global>`, in any case. */
export function ourSection(name: string): OurSection | undefined {
  return OUR_SECTIONS.find((known) => known.toLowerCase() === name.toLowerCase());
}

/**
 * True if the section may be opened there (`add_global`, `add_virtualhost` of mod_core; `<Node>` is ours).
 * @param around the innermost section but `<Node>`; undefined: server config
 * @param isInNode a `<Node>` is open
 */
export function mayOpen(name: OurSection, around: Section['kind'] | undefined, isInNode: boolean): boolean {
  if (around === 'foreign') return false;
  if (name === '<VirtualHost>') return around === undefined;
  return name === '<Global>' ? around !== 'global' : !isInNode;
}

/** What is wrong with the words behind the section's name, in upstream's words. */
export function argumentProblem(name: OurSection, args: readonly string[]): string | undefined {
  if (name === '<Global>') return args.length > 0 ? 'Too many parameters' : undefined;
  return args.length === 0 ? 'wrong number of parameters' : undefined;
}
