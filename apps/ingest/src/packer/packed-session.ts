import type { SessionContext } from '@fleet-forensics/shared/wire/session-event';
import type { ServerContext } from '../policy/policy-source.ts';
import type { OpenBatch } from './open-batch.ts';

const NOTHING_KNOWN: ServerContext = Object.freeze({});

/** No policy's version. */
const UNSTAMPED = -1;

/** What the packer remembers of a session. All of it may be forgotten: the next record then says again what its reader may know. */
export class PackedSession {
  readonly node: string;
  readonly session: string;
  batch: OpenBatch | null = null;
  /** What its policy depends on, as far as ingest has been told. */
  server: ServerContext = NOTHING_KNOWN;
  /** Of the policy in the session's last record that had one. */
  stampedVersion = UNSTAMPED;
  /** Numbered messages that were not captured since the last record with numbers. */
  notCaptured = 0;
  #lastSeq = 0;

  constructor(node: string, session: string) {
    this.node = node;
    this.session = session;
  }

  learn({ serverAddress, serverName }: SessionContext): void {
    if (serverAddress !== undefined) this.server = { ...this.server, serverAddress };
    if (serverName !== undefined) this.server = { ...this.server, serverName };
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
