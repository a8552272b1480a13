import { type Configuration, type Given, type NodeFilter, type ServerConfig } from './configuration.ts';
import {
  type DirectiveProperty,
  DIRECTIVE_PROPERTIES,
  type DirectiveValues,
  FORENSIC_DIRECTIVES,
} from './forensic-directives.ts';
import type { Place } from './problem.ts';
import type { ServerList } from './server-choice.ts';

/** What holds for the sessions of one server on one node. */
export interface ResolvedPolicy {
  readonly server: ServerConfig;
  /** Of the policy: a session that gets one of another name starts its ring anew, as at HOST. Empty for the server config. */
  readonly name: string;
  /** `file` is empty if no directive gives one. */
  readonly values: DirectiveValues;
  /** The directives that decided; of what is not there the default holds. */
  readonly origins: Readonly<Partial<Record<DirectiveProperty, Place>>>;
}

/** The servers of a node: what its `<Node>` sections say comes first. */
export function serversOf({ mainServer, virtualHosts }: Configuration, isOfNode: NodeFilter): ServerList {
  const ofNode = virtualHosts.filter((server) => server.node !== null && isOfNode(server.node));
  return { mainServer, virtualHosts: [...ofNode, ...virtualHosts.filter((server) => server.node === null)] };
}

/**
 * A directive of the server's own comes before one of `<Global>`; of each, one of a `<Node>` section before the rest, the first section first. What
 * the server config says does not reach into a VirtualHost.
 */
export function resolvePolicy({ global }: Configuration, server: ServerConfig, isOfNode: NodeFilter): ResolvedPolicy {
  const directives = [server.directives, global].flatMap((given) => [
    ...given.filter((each) => each.node !== null && isOfNode(each.node)),
    ...given.filter((each) => each.node === null),
  ]);
  const decisive = DIRECTIVE_PROPERTIES.map((property) => directives.find((given) => given.property === property));
  const found = decisive.filter((given): given is Given => given !== undefined);
  const values = { ...DEFAULTS, ...Object.fromEntries(found.map(({ property, value }) => [property, value])) };
  const origins = Object.fromEntries(found.map(({ property, place }) => [property, place]));
  return { server, name: policyName(server), values, origins };
}

const DEFAULTS = Object.fromEntries(
  DIRECTIVE_PROPERTIES.map((property) => [property, FORENSIC_DIRECTIVES[property].default ?? '']),
) as unknown as DirectiveValues;

/** Address, port and name: the same after a reload, whatever other servers come and go. */
export function policyName({ kind, addresses, port, serverName, aliases }: ServerConfig): string {
  if (kind === 'server config') return '';
  const listening = `${addresses[0] ?? ''}:${port}`;
  const name = serverName ?? aliases[0] ?? addresses[0];
  return name === addresses[0] ? listening : `${listening} ${name}`;
}
