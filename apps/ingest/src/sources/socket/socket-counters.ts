/** What the socket source has done since it started. */
export class SocketCounters {
  /** Connections taken. */
  connections = 0;
  /** Connections closed because there were FF_SOCKET_CONNECTIONS. */
  refused = 0;
  /** Connections closed because what they said could not be read. */
  damaged = 0;
  /** Connections closed because another one had the session that they named. */
  sessionsTaken = 0;
  /** Connections closed because they said no OPEN in time. */
  silent = 0;
  /** Connections that ingest's end closed before all was read that had arrived. */
  closedUnread = 0;
  /** Frames that the end of their connection cut off. */
  framesCutOff = 0;
  /** Frames passed over: of a kind that this version does not know. */
  framesUnknown = 0;
  /** Frames passed over: a criterion that no policy names, a message or text over a bound of the settings. */
  framesRefused = 0;
  /** Messages read. */
  messages = 0;
  /** Messages and criteria that the sessions lost, by their own count. */
  droppedAtSource = 0;
  /** Ends without a CLOSE. */
  untimelyDeaths = 0;
  /** Messages and criteria in records that could not be written: nobody sends them again. */
  lost = 0;

  /** By name, as an operator is told them at the end. */
  get totals(): Record<string, number> {
    const {
      connections,
      refused,
      damaged,
      sessionsTaken,
      silent,
      closedUnread,
      framesCutOff,
      framesUnknown,
      framesRefused,
      messages,
      droppedAtSource,
      untimelyDeaths,
      lost,
    } = this;
    return {
      socketConnections: connections,
      socketRefused: refused,
      socketDamaged: damaged,
      socketSessionsTaken: sessionsTaken,
      socketSilent: silent,
      socketClosedUnread: closedUnread,
      socketFramesCutOff: framesCutOff,
      socketFramesUnknown: framesUnknown,
      socketFramesRefused: framesRefused,
      socketMessages: messages,
      socketDroppedAtSource: droppedAtSource,
      socketUntimelyDeaths: untimelyDeaths,
      socketLost: lost,
    };
  }
}
