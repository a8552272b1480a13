import {
  type Configuration,
  type NodeFilter,
  nodeNamed,
  type ServerConfig,
} from '@fleet-forensics/shared/directives/configuration';
import {
  DIRECTIVE_PROPERTIES,
  type DirectiveProperty,
  FORENSIC_DIRECTIVES,
} from '@fleet-forensics/shared/directives/forensic-directives';
import { describePlace } from '@fleet-forensics/shared/directives/problem';
import { type ResolvedPolicy, resolvePolicy, serversOf } from '@fleet-forensics/shared/directives/resolved-policy';
import { chooseServer, type SessionServer } from '@fleet-forensics/shared/directives/server-choice';
import { printable } from '../terminal.ts';

const NO_NODE: NodeFilter = () => false;

/** Every policy, for one node, or for each `<Node>` section and the other nodes. */
export function allPolicies(configuration: Configuration, node: string | undefined): string {
  if (node !== undefined) return policiesOf(configuration, nodeNamed(node), ` on node ${node}`);
  const sections = configuration.nodes.map((section) =>
    policiesOf(configuration, (each) => each === section, ` on nodes ${section.patterns.join(' ')}`),
  );
  const others = sections.length > 0 ? ' on other nodes' : '';
  return [...sections, policiesOf(configuration, NO_NODE, others)].join('');
}

/** The policy of a session that speaks to this server. */
export function sessionPolicy(configuration: Configuration, session: SessionServer, isOfNode: NodeFilter): string {
  const server = chooseServer(serversOf(configuration, isOfNode), session);
  return table(resolvePolicy(configuration, server, isOfNode), '');
}

function policiesOf(configuration: Configuration, isOfNode: NodeFilter, where: string): string {
  const { mainServer, virtualHosts } = serversOf(configuration, isOfNode);
  return [mainServer, ...virtualHosts].map((server) => table(resolvePolicy(configuration, server, isOfNode), where)).join('');
}

function table(policy: ResolvedPolicy, where: string): string {
  const rows = DIRECTIVE_PROPERTIES.map((property) => [
    FORENSIC_DIRECTIVES[property].name,
    written(policy, property),
    origin(policy, property),
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map(([name, value, from]) => `  ${name!.padEnd(widths[0]!)}  ${value!.padEnd(widths[1]!)}  ${from}\n`);
  return `${printable(title(policy.server) + where)}\n${lines.join('')}${consequence(policy)}\n`;
}

function title({ kind, addresses, port, serverName, place }: ServerConfig): string {
  if (kind === 'server config') return 'server config';
  const name = serverName === undefined ? '' : ` "${serverName}"`;
  return `<VirtualHost ${addresses.join(' ')}> port ${port}${name} (${describePlace(place)})`;
}

function written({ values }: ResolvedPolicy, property: DirectiveProperty): string {
  const value = values[property];
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'string') return value === '' ? 'none' : printable(value);
  return typeof value === 'number' ? String(value) : value.join(' ');
}

function origin({ origins }: ResolvedPolicy, property: DirectiveProperty): string {
  const place = origins[property];
  return place ? printable(describePlace(place)) : 'default';
}

/** What an admin who forgot a directive has to be told. */
function consequence({ values }: ResolvedPolicy): string {
  if (!values.engine) return '  Nothing is captured here: ForensicLogEngine is off.\n';
  return values.file === '' ? '  Nothing is filed from here: there is no ForensicLogFile.\n' : '';
}
