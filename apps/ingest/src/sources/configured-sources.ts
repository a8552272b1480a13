import { EmbeddedLogSettings } from '@fleet-forensics/shared/settings/embedded-log-settings';
import { NodeLogSettings } from '@fleet-forensics/shared/settings/node-log-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { SocketSettings } from '@fleet-forensics/shared/settings/socket-settings';
import { SyslogSettings } from '@fleet-forensics/shared/settings/syslog-settings';
import { nodeLogsSources } from './node-logs/node-logs-source.ts';
import { SocketSource } from './socket/socket-source.ts';
import type { OpenSource } from './source.ts';
import { syslogSources } from './syslog/syslog-source.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The sources that the settings switch on, in the order in which they start. @throws ForensicsError FF_BAD_SETTING */
export function configuredSources(environment: Environment): readonly OpenSource[] {
  const sources: OpenSource[] = [];
  const socket = readSettings(SocketSettings, environment);
  if (socket.path !== '') sources.push((ports) => SocketSource.open(socket, ports));
  const { dataDir } = readSettings(EmbeddedLogSettings, environment);
  sources.push(...nodeLogsSources(readSettings(NodeLogSettings, environment), dataDir));
  sources.push(...syslogSources(readSettings(SyslogSettings, environment)));
  return sources;
}
