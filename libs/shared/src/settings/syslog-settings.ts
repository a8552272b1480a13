import { IsInt, IsString, Matches, Max, Min, MinLength } from 'class-validator';
import { Setting } from './setting.ts';

const MIB = 1024 ** 2;

/** The syslog source: docs/OTHER-SERVERS.md. */
export class SyslogSettings {
  @Setting({
    variable: 'FF_SYSLOG_HOST',
    default: '127.0.0.1',
    bound: 'an address or host name',
    doc: 'Address that syslog is taken on. Syslog has no log-in: whoever reaches it can write lines of any node, which ingest warns of where others reach the address.',
  })
  @IsString()
  @MinLength(1)
  host!: string;

  @Setting({
    variable: 'FF_SYSLOG_TCP_PORT',
    default: 0,
    bound: '1 to 65535, or 0: none',
    doc: 'Port for syslog over TCP (RFC 6587: octet counting, or a line each).',
  })
  @IsInt()
  @Min(0)
  @Max(65_535)
  tcpPort!: number;

  @Setting({
    variable: 'FF_SYSLOG_UDP_PORT',
    default: 0,
    bound: '1 to 65535, or 0: none',
    doc: 'Port for syslog over UDP (RFC 5426: a message each datagram). What the network or the kernel drops, nobody counts: use TCP where it matters.',
  })
  @IsInt()
  @Min(0)
  @Max(65_535)
  udpPort!: number;

  @Setting({
    variable: 'FF_SYSLOG_CONNECTIONS',
    default: 1024,
    bound: '1 to 65536',
    doc: 'TCP connections; one more is closed and counted. Each keeps at most one unfinished message.',
  })
  @IsInt()
  @Min(1)
  @Max(65_536)
  connections!: number;

  @Setting({
    variable: 'FF_SYSLOG_CONNECTIONS_PER_ADDRESS',
    default: 256,
    bound: '0 to 65536; 0: no limit',
    doc: 'TCP connections from one address (of IPv6: one /64); one more is closed and counted. Raise it where many nodes come through one NAT.',
  })
  @IsInt()
  @Min(0)
  @Max(65_536)
  connectionsPerAddress!: number;

  @Setting({
    variable: 'FF_SYSLOG_CONNECTION_IDLE_S',
    default: 86_400,
    unit: 'seconds',
    bound: '1 to 604800',
    doc: 'A TCP connection on which nothing came for this long is closed. A relay whose connection is closed may lose the message it sends next; peers that are gone are found by keep-alive probes within minutes.',
  })
  @IsInt()
  @Min(1)
  @Max(604_800)
  connectionIdleS!: number;

  @Setting({
    variable: 'FF_SYSLOG_SESSION_IDLE_S',
    default: 3600,
    unit: 'seconds',
    bound: '1 to 604800',
    doc: 'A session that is known by program and PID only ends when no line of it came for this long: the same PID is another session then. Choose it longer than the longest silence of a transfer.',
  })
  @IsInt()
  @Min(1)
  @Max(604_800)
  sessionIdleS!: number;

  @Setting({
    variable: 'FF_SYSLOG_UTC_OFFSET',
    default: 'local',
    bound: 'local, Z, +hh:mm or -hh:mm, up to 14 hours',
    doc: "Time zone of RFC 3164's stamps, which name none; local is that of ingest's process, with its summer time.",
  })
  @Matches(/^(local|[Zz]|[+-](0\d|1[0-4]):[0-5]\d)$/)
  utcOffset!: string;

  @Setting({
    variable: 'FF_SYSLOG_INFLIGHT_BYTES',
    default: 64 * MIB,
    unit: 'bytes',
    bound: '1048576 to 17179869184',
    doc: 'Bytes read that the log has not taken yet; beyond it TCP connections are not read, and datagrams are dropped and counted.',
  })
  @IsInt()
  @Min(MIB)
  @Max(16 * 1024 * MIB)
  inflightBytes!: number;
}
