/** What the syslog source has done since it started. */
export class SyslogCounters {
  /** Messages read, over TCP and UDP. */
  messages = 0;
  /** Pieces behind the first one of messages longer than FF_INGEST_MESSAGE_BYTES: each is a message, and no byte is lost. */
  cut = 0;
  /** Sessions known by program and PID that ended because nothing was heard of them, or because there were FF_INGEST_SESSIONS. */
  idleSessions = 0;
  /** TCP connections closed because there were FF_SYSLOG_CONNECTIONS, or of one address FF_SYSLOG_CONNECTIONS_PER_ADDRESS. */
  refused = 0;
  /** TCP connections closed because nothing came for FF_SYSLOG_CONNECTION_IDLE_S. */
  idleConnections = 0;
  /** Datagrams dropped because FF_SYSLOG_INFLIGHT_BYTES were in progress. */
  dropped = 0;
  /** Messages and criteria in records that could not be written: nobody sends them again. */
  lost = 0;

  /** By name, among those of ingest. */
  get totals(): Record<string, number> {
    return {
      syslogMessages: this.messages,
      syslogCut: this.cut,
      syslogIdleSessions: this.idleSessions,
      syslogRefused: this.refused,
      syslogIdleConnections: this.idleConnections,
      syslogDropped: this.dropped,
      syslogLost: this.lost,
    };
  }
}
