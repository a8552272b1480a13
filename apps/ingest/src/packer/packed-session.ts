import type { Policy, SessionContext } from '@fleet-forensics/shared/wire/session-event';
import type { ServerContext } from '../policy/policy-source.ts';
import type { OpenBatch } from './open-batch.ts';

const NOTHING_KNOWN: ServerContext = Object.freeze({});

/** No policy's version. */
const UNSTAMPED = -1;

/**
 * A session is silent for so long, in milliseconds: its reader may have dropped it, and learns its policy again. Far below the hours
 * of FF_BUFFER_IDLE_S, and rare enough for a stamp of about 60 bytes.
 */
const RESTAMP_AFTER_MS = 60_000;

/**
 * What the packer remembers of a session. It may be forgotten: the next record then says the policy again. What no record can say
 * again is lost with it: {@link notCaptured}, which is counted, the server that the policy depends on and the promise, until its
 * source says them anew.
 */
export class PackedSession {
  readonly node: string;
  readonly session: string;
  batch: OpenBatch | null = null;
  /** What its policy depends on, as far as ingest has been told. */
  server: ServerContext = NOTHING_KNOWN;
  /** Of the policy in the session's last record that had one. */
  stampedVersion = UNSTAMPED;
  /** Of its last record; null: there was none. */
  published: Policy | null = null;
  /** The promise of its source, seconds; 0 = none. */
  keepAliveS = 0;
  /** Numbered messages that were not captured since the last record with numbers. */
  notCaptured = 0;
  #lastSeq = 0;
  #spokeMs = 0;

  constructor(node: string, session: string) {
    this.node = node;
    this.session = session;
  }

  learn({ serverAddress, serverName }: SessionContext): void {
    if (serverAddress !== undefined) this.server = { ...this.server, serverAddress };
    if (serverName !== undefined) this.server = { ...this.server, serverName };
  }

  /** Notes the time of its next record, on the packer's clock. */
  speak(nowMs: number): void {
    if (nowMs - this.#spokeMs > RESTAMP_AFTER_MS) this.stampedVersion = UNSTAMPED;
    this.#spokeMs = nowMs;
  }

  /** Notes a captured number. */
  sawSeq(seq: number): void {
    if (seq > this.#lastSeq) this.#lastSeq = seq;
  }

  /** Notes a message that is not captured, if it has a number; one that comes again counts once. */
  skip(seq: number): void {
    if (seq <= this.#lastSeq) return;
    this.#lastSeq = seq;
    this.notCaptured += 1;
  }

  takeNotCaptured(): number {
    const { notCaptured } = this;
    this.notCaptured = 0;
    return notCaptured;
  }

  /** A record of the session may be lost: its source will send again, from a number that is not known. */
  restart(): void {
    this.stampedVersion = UNSTAMPED;
    this.notCaptured = 0;
    this.#lastSeq = 0;
  }
}
