/** What became of what an unmodified node logged: plain numbers, for metrics. */
export class NodeLogCounters {
  /** Events that were made of it. */
  events = 0;
  /** Bytes read of files and FIFOs. */
  bytes = 0;
  /** Lines from FIFOs that nobody could take: the log was away for too long. They are lost, and their bytes. */
  fifoLinesDropped = 0;
  fifoBytesDropped = 0;
  /** Files that were gone before they were read to their end. */
  filesLost = 0;
  /** Files that were truncated, or written anew under their inode. */
  truncations = 0;
  /** Sessions whose process was gone without a word in the logs, or before its last words counted as such. */
  processesGone = 0;
  /** Inputs that were gone through again: after a restart, and when the log had not taken what came of them. */
  replayed = 0;
  /**
   * Lines of the server itself; lines without a session, and such without a beginning: they are not published. These and the next
   * one go on through restarts, as the sessions do.
   */
  daemonLines = 0;
  unclaimedLines = 0;
  orphanLines = 0;
  /** Sessions that were let go because there were too many. */
  forgottenSessions = 0;

  /** What an operator is told at the end, by name. */
  get totals(): Record<string, number> {
    return {
      fifoLinesDropped: this.fifoLinesDropped,
      logFilesLost: this.filesLost,
      unclaimedLines: this.unclaimedLines,
      orphanLines: this.orphanLines,
      forgottenSessions: this.forgottenSessions,
    };
  }
}
