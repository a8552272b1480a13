import type { Socket } from 'node:net';
import { ForensicsError } from '@fleet-forensics/shared/error';
import type { SessionBatch } from '@fleet-forensics/shared/wire/session-event';
import type { RecordWatcher } from '../../packer/receipt.ts';
import type { EventSink, SessionEvent } from '../../session-event.ts';
import { badFrame, FrameReader } from './frame-reader.ts';
import { NodeSession, type NodeSessionOptions } from './node-session.ts';
import type { SessionClaims } from './session-claims.ts';
import { type PieceOwner, ReadPiece } from '../reading/read-piece.ts';
import { MAX_CONNECTION_BYTES, type ReadRoom } from '../reading/read-room.ts';
import type { ReadTurns, WaitingReader } from '../reading/read-turns.ts';

/** Another session's module waits for the place. */
const OPEN_WITHIN_MS = 5000;

/** What all connections share. */
export interface ConnectionPorts extends Omit<NodeSessionOptions, 'sink' | 'claim'> {
  readonly claims: SessionClaims;
  readonly room: ReadRoom;
  readonly turns: ReadTurns;
  add(event: SessionEvent, watcher: RecordWatcher): boolean;
  /** The record is lost. */
  lost(batch: SessionBatch): void;
  /** What the connection said can't be read; it is closed. */
  damaged(reason: ForensicsError): void;
}

/**
 * A session's connection. It is read as long as there is room: for its own bytes, for those of all connections, and in this turn of
 * the event loop. What has arrived and may not be read yet is at most one chunk here and one in the socket.
 */
export class NodeConnection implements WaitingReader, PieceOwner, EventSink {
  readonly #socket: Socket;
  readonly #ports: ConnectionPorts;
  readonly #frames = new FrameReader();
  #session: NodeSession | null = null;
  /** Read, and not given back. */
  #takenBytes = 0;
  /** What of it is being packed. */
  #piece: ReadPiece;
  #waiting: Buffer | null = null;
  #hasEnded = false;
  #isOver = false;
  readonly #connectedMs: number;

  constructor(socket: Socket, ports: ConnectionPorts) {
    this.#socket = socket;
    this.#ports = ports;
    this.#piece = new ReadPiece(this, 0);
    this.#connectedMs = performance.now();
    socket.on('data', (chunk: Buffer) => this.#arrived(chunk));
    socket.on('end', () => this.#ended());
    // A process that was killed with bytes on their way may reset the connection: the end of it, too.
    socket.on('error', () => this.#ended());
    this.flow();
  }

  /** Its end has come: what is left is to be read. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  add(event: SessionEvent): boolean {
    return this.#ports.add(event, this.#piece);
  }

  /** Reads or does not, as there is room. */
  flow(): void {
    if (this.#isOver) return;
    const mayRead = this.#waiting === null && this.#takenBytes < MAX_CONNECTION_BYTES && !this.#ports.room.isFull;
    if (mayRead === !this.#socket.isPaused()) return;
    if (mayRead) this.#socket.resume();
    else this.#socket.pause();
  }

  readWaiting(): void {
    const chunk = this.#waiting;
    this.#waiting = null;
    if (chunk) this.#read(chunk);
    if (this.#hasEnded) this.#finish();
    else this.flow();
  }

  giveBack(byteLength: number): void {
    this.#takenBytes -= byteLength;
    this.#ports.room.giveBack(byteLength);
    this.flow();
  }

  lost(batch: SessionBatch): void {
    this.#session?.lost();
    this.#ports.lost(batch);
  }

  /** Closes a connection that has not said OPEN in time: it holds the place of one that would. */
  expire(nowMs: number): void {
    if (this.#session || this.#isOver || nowMs - this.#connectedMs < OPEN_WITHIN_MS) return;
    this.#ports.damaged(badFrame(`no OPEN within ${OPEN_WITHIN_MS} ms`));
    this.#close();
  }

  /**
   * Hands over what was read, and closes the connection. If it has not ended by itself nothing is said about its session: not that
   * one is ending.
   */
  stop(): void {
    this.#ports.turns.forget(this);
    if (this.#waiting) this.#read(this.#waiting);
    this.#waiting = null;
    if (this.#hasEnded) this.#finish();
    else this.#close();
  }

  #arrived(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#takenBytes += chunk.length;
    this.#ports.room.take(chunk.length);
    if (this.#ports.turns.hasTime()) this.#read(chunk);
    else {
      // The socket is paused now: nothing else arrives.
      this.#waiting = chunk;
      this.#ports.turns.wait(this);
    }
    this.flow();
  }

  #read(chunk: Buffer): void {
    this.#pack(chunk.length, () => {
      this.#frames.take(chunk);
      while (this.#frames.next()) {
        if (this.#session) this.#session.take(this.#frames);
        else {
          const claim = (session: string) => this.#ports.claims.claim(session, this);
          this.#session = new NodeSession(this.#frames, { ...this.#ports, sink: this, claim });
        }
      }
    });
  }

  #ended(): void {
    this.#hasEnded = true;
    if (this.#waiting === null) this.#finish();
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#pack(0, () => this.#session?.end());
    if (this.#frames.pendingBytes > 0) this.#ports.counters.framesCutOff += 1;
    this.#close();
  }

  #close(): void {
    this.#isOver = true;
    this.#ports.claims.release(this);
    this.#socket.destroy();
  }

  /** @param read adds events that hold so many bytes */
  #pack(byteLength: number, read: () => void): void {
    const piece = new ReadPiece(this, byteLength);
    this.#piece = piece;
    try {
      read();
    } catch (error) {
      if (!(error instanceof ForensicsError)) throw error;
      this.#ports.damaged(error);
      this.#close();
    } finally {
      piece.done();
    }
  }
}
