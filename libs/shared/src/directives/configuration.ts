import type { DirectiveProperty, DirectiveValues } from './forensic-directives.ts';
import { matchesNode } from '../node-pattern.ts';
import type { Place } from './problem.ts';

/** A `<Node pattern …>` section: what stands in it holds for the nodes of these names. */
export interface NodeSection {
  readonly patterns: readonly string[];
  readonly place: Place;
}

/** A directive of ours with its value. */
export type Given = { readonly [P in DirectiveProperty]: GivenOf<P> }[DirectiveProperty];

interface GivenOf<P extends DirectiveProperty> {
  readonly property: P;
  readonly value: DirectiveValues[P];
  readonly place: Place;
  /** Null: of every node. */
  readonly node: NodeSection | null;
}

/** The server config, or a `<VirtualHost>`. */
export interface ServerConfig {
  readonly kind: 'server config' | '<VirtualHost>';
  /** Null: of every node. */
  readonly node: NodeSection | null;
  readonly place: Place;
  /** As written: addresses, names, `*`; empty if none are. */
  readonly addresses: readonly string[];
  /** The same in one spelling each. */
  readonly listensOn: readonly string[];
  /** ServerAlias, as written; may be patterns. */
  readonly aliases: readonly string[];
  readonly serverName: string | undefined;
  readonly port: number;
  /** DefaultServer on. */
  readonly isDefault: boolean;
  readonly directives: readonly Given[];
}

/** What a configuration file and its includes say of the forensic log. */
export interface Configuration {
  readonly mainServer: ServerConfig;
  /** In the order of the file. */
  readonly virtualHosts: readonly ServerConfig[];
  /** Of all `<Global>` sections. */
  readonly global: readonly Given[];
  /** In the order of the file. */
  readonly nodes: readonly NodeSection[];
  /** A line each, with its place: what ProFTPD, too, passes over. */
  readonly warnings: readonly string[];
}

/** Whether what stands in a section counts. */
export type NodeFilter = (section: NodeSection) => boolean;

/** The sections of the node of this name. */
export function nodeNamed(node: string): NodeFilter {
  return ({ patterns }) => matchesNode(patterns, node);
}
