import type { ServerConfig } from './configuration.ts';
import { globMatches } from './glob.ts';
import { parseServerAddress, type ServerAddress } from './server-address.ts';

/** The servers of one node. */
export interface ServerList {
  readonly mainServer: ServerConfig;
  /** Those that come first win. */
  readonly virtualHosts: readonly ServerConfig[];
}

/** What is known of the server that a session speaks to. */
export interface SessionServer {
  /** `address:port` */
  readonly serverAddress?: string;
  /** What the client named with HOST or SNI, or the ServerName of the one that was matched. */
  readonly serverName?: string;
}

/**
 * The server that a session belongs to. Of those that have the session's name, if there are any, else of all, it is the first one that listens on
 * its address and port; else on any address and its port; else that is alone with its port; else DefaultServer; else the server config
 * (`pr_ipbind_get_server`, `pr_namebind_find` of ProFTPD 1.3.8). Names are not looked up: a VirtualHost that is written as a name has no address.
 */
export function chooseServer(list: ServerList, { serverAddress, serverName }: SessionServer): ServerConfig {
  const { mainServer } = list;
  const all = [mainServer, ...list.virtualHosts];
  const named = serverName === undefined ? [] : all.filter((server) => hasName(server, serverName, mainServer));
  const candidates = named.length > 0 ? named : all;
  const address = serverAddress === undefined ? undefined : parseServerAddress(serverAddress);
  const listening = address && listeningOn(candidates, address);
  return listening ?? (candidates.includes(mainServer) ? mainServer : candidates[0]!);
}

/** One without a ServerName has its first alias for it, or that of the server config (`fixup_servers`). */
function hasName({ serverName, aliases }: ServerConfig, name: string, mainServer: ServerConfig): boolean {
  const own = serverName ?? aliases[0] ?? mainServer.serverName ?? mainServer.aliases[0];
  if (own?.toLowerCase() === name.toLowerCase()) return true;
  return aliases.some((alias) => globMatches(alias, name, { foldCase: true }));
}

function listeningOn(servers: readonly ServerConfig[], { address, isIPv6, port }: ServerAddress): ServerConfig | undefined {
  const ofPort = port === null ? servers : servers.filter((server) => server.port === port);
  const on = (wanted: readonly string[]) => ofPort.find((server) => server.listensOn.some((each) => wanted.includes(each)));
  return (
    on([address]) ??
    (isIPv6 ? on(['::']) : undefined) ??
    on(['0.0.0.0', '*']) ??
    (ofPort.length === 1 ? ofPort[0] : undefined) ??
    servers.find(({ isDefault }) => isDefault)
  );
}
