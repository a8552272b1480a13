import { parseUtcOffset } from '@fleet-forensics/shared/proftpd/log-clock';
import type { SyslogSettings } from '@fleet-forensics/shared/settings/syslog-settings';
import { addressOf, isLoopback } from '../../access/listen-address.ts';
import type { OpenSource, Source, SourcePorts } from '../source.ts';
import { BsdClock } from './bsd-clock.ts';
import type { SyslogListener } from './listening.ts';
import { SyslogIntake } from './syslog-intake.ts';
import { SyslogReading } from './syslog-reading.ts';
import { TcpListener } from './tcp-listener.ts';
import { UdpListener } from './udp-listener.ts';

/** Idle sessions are looked for so often, milliseconds, or each second where they may not be idle for long. */
const EXPIRE_MS = 10_000;

/** Syslog on the ports that are switched on; none if both are 0. */
export function syslogSources(settings: SyslogSettings): readonly OpenSource[] {
  return settings.tcpPort === 0 && settings.udpPort === 0 ? [] : [(ports) => openSyslog(settings, ports)];
}

/** @throws ForensicsError FF_LISTEN_FAILED if an address can't be had */
async function openSyslog(settings: SyslogSettings, ports: SourcePorts): Promise<Source> {
  const address = await addressOf('FF_SYSLOG_HOST', settings.host);
  if (!isLoopback(address)) {
    ports.warn(
      `FF_SYSLOG_HOST=${settings.host}: syslog has no log-in, so whoever reaches it writes lines of any node: let only the nodes reach it`,
    );
  }
  const reading = readingOf(settings, ports);
  const listeners: SyslogListener[] = [];
  const close = async () => {
    await Promise.all(listeners.map((listener) => listener.close()));
  };
  try {
    for (const open of listenersOf(address, settings, ports, reading)) listeners.push(await open());
  } catch (error) {
    await close();
    throw error;
  }
  const timer = setInterval(() => reading.expire(), Math.min(EXPIRE_MS, settings.sessionIdleS * 1000));
  return {
    place: `syslog on ${listeners.map(({ place }) => place).join(' and ')}`,
    close: async () => {
      clearInterval(timer);
      await close();
    },
  };
}

function readingOf(settings: SyslogSettings, ports: SourcePorts): SyslogReading {
  const counters = ports.counters.syslog;
  const nowMs = () => performance.now();
  const clock = new BsdClock(parseUtcOffset(settings.utcOffset) ?? 'local', Date.now);
  const sessionIdleMs = settings.sessionIdleS * 1000;
  const intake = new SyslogIntake({ settings: ports.settings, sessionIdleMs, rules: ports.rules, counters, clock, nowMs });
  const { inflightBytes } = settings;
  return new SyslogReading({ intake, publisher: ports.publisher, counters, inflightBytes, warn: ports.warn, nowMs });
}

function listenersOf(
  host: string,
  { tcpPort, udpPort, connections, connectionsPerAddress, connectionIdleS }: SyslogSettings,
  { settings, counters: { syslog: counters }, warn }: SourcePorts,
  reading: SyslogReading,
): readonly (() => Promise<SyslogListener>)[] {
  const { messageBytes } = settings;
  const shared = { host, messageBytes, reading, counters, warn };
  const bounds = { connections, connectionsPerAddress, idleMs: connectionIdleS * 1000 };
  return [
    ...(tcpPort > 0 ? [() => TcpListener.open({ ...shared, ...bounds, port: tcpPort })] : []),
    ...(udpPort > 0 ? [() => UdpListener.open({ ...shared, port: udpPort })] : []),
  ];
}
