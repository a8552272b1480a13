import type { AccessRefusal } from './access/access.ts';
import { SyslogCounters } from './sources/syslog/syslog-counters.ts';
import { NodeLogCounters } from './sources/node-logs/node-log-counters.ts';
import { SocketCounters } from './sources/socket/socket-counters.ts';

/** What ingest has done since it started: plain numbers, for metrics. */
export class Counters {
  /** Lines (or elements, protobuf batches, log records) taken over HTTP. */
  accepted = 0;
  /** By the code in the answer. The codes are a closed set, so this can't grow. */
  readonly rejectedByCode: Record<string, number> = {};
  /** Events taken of which nothing is published: the engine is off, or the type is not captured. */
  ignored = 0;
  /**
   * Numbers of messages not captured that were forgotten with their session, idle beyond `FF_INGEST_SESSIONS`, before a record
   * told them: its next block calls them missing.
   */
  forgottenNotCaptured = 0;
  /** Messages packed. */
  messages = 0;
  /** Records that became durable, and the bytes of their values. */
  batches = 0;
  batchBytes = 0;
  /** Records that could not be written; their requests were answered with 503. */
  failedBatches = 0;
  /** Requests answered with 429, because too much was in progress, or because their sender publishes faster than it may. */
  overloaded = 0;
  rateLimited = 0;
  /** Requests answered with 401, by the reason. */
  readonly unauthorizedByReason: Record<AccessRefusal, number> = {
    missing_token: 0,
    unknown_token: 0,
    expired_token: 0,
    missing_certificate: 0,
  };
  /** HTTP connections that were closed, by the bound: of all, of one address, of requests on one, of bodies behind refusals that wait. */
  readonly refusedConnections = { all: 0, address: 0, pipelining: 0, refusals: 0 };
  /** Records that were durable in the spool because the log was away. */
  spooled = 0;
  /** Records that left the spool: they are in the log, or in one of the next two. */
  drained = 0;
  /** Spooled records that the log takes in no case: they went to forensic.dead-letters. */
  spoolDeadLetters = 0;
  /** Spooled records that it took in no case, nor a dead letter of them: they are lost. */
  spoolLost = 0;
  /** Records that the spool did not take, being full or on a disk that fails: part of failedBatches. */
  spoolRefused = 0;
  /** Records that the central ingest took in no case: they are lost. */
  forwardRefused = 0;
  /** Of the socket source. */
  readonly socket = new SocketCounters();
  readonly nodeLogs = new NodeLogCounters();
  readonly syslog = new SyslogCounters();
  /** Times that FF_POLICY_FILE was put in force anew, and that it was wrong and the old policy stayed. */
  policyReloads = 0;
  policyRejected = 0;
  /** Times that FF_TOKENS_FILE was put in force anew, and that it was wrong and the old tokens stayed; and the same of the files of TLS. */
  tokensReloads = 0;
  tokensRejected = 0;
  tlsReloads = 0;
  tlsRejected = 0;

  /** What an operator is told at the end, by name. */
  get totals(): Record<string, number> {
    const { accepted, rejectedByCode, ignored, forgottenNotCaptured, overloaded, failedBatches } = this;
    const { spooled, drained, spoolDeadLetters, spoolLost, spoolRefused, forwardRefused } = this;
    const rejected = sumOf(rejectedByCode);
    const ofLog = { spooled, drained, spoolDeadLetters, spoolLost, spoolRefused, forwardRefused };
    const { policyReloads, policyRejected, tokensReloads, tokensRejected, tlsReloads, tlsRejected, rateLimited } = this;
    const unauthorized = sumOf(this.unauthorizedByReason);
    const refusedConnections = sumOf(this.refusedConnections);
    return {
      accepted,
      rejected,
      ignored,
      forgottenNotCaptured,
      overloaded,
      rateLimited,
      unauthorized,
      refusedConnections,
      failedBatches,
      ...ofLog,
      policyReloads,
      policyRejected,
      tokensReloads,
      tokensRejected,
      tlsReloads,
      tlsRejected,
      ...this.socket.totals,
      ...this.nodeLogs.totals,
      ...this.syslog.totals,
    };
  }

  rejected(code: string): void {
    this.rejectedByCode[code] = (this.rejectedByCode[code] ?? 0) + 1;
  }

  unauthorized(reason: AccessRefusal): void {
    this.unauthorizedByReason[reason] += 1;
  }

  refusedConnection(bound: keyof Counters['refusedConnections']): void {
    this.refusedConnections[bound] += 1;
  }
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
