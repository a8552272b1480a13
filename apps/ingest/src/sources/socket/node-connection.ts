import type { Socket } from 'node:net';
import { ForensicsError } from '@fleet-forensics/shared/error';
import type { SessionBatch } from '@fleet-forensics/shared/wire/session-event';
import type { RecordWatcher } from '../../packer/receipt.ts';
import type { EventSink, SessionEvent } from '../../session-event.ts';
import { FrameReader } from './frame-reader.ts';
import type { ReadInTurns } from './last-reading.ts';
import type { LiveSessions } from './live-sessions.ts';
import { NodeSession, type NodeSessionOptions } from './node-session.ts';
import { type PieceOwner, ReadPiece } from '../reading/read-piece.ts';
import { MAX_CONNECTION_BYTES, type ReadRoom } from '../reading/read-room.ts';
import type { ReadTurns, WaitingReader } from '../reading/read-turns.ts';

/** Times that {@link NodeConnection.awaitOpen} may find a connection without OPEN: one a second. */
const MAX_TIMES_AWAITED = 5;

/** What all connections share. */
export interface ConnectionPorts extends Omit<NodeSessionOptions, 'sink' | 'claim'> {
  readonly live: LiveSessions;
  readonly room: ReadRoom;
  readonly turns: ReadTurns;
  add(event: SessionEvent, watcher: RecordWatcher): boolean;
  /** The record is lost. */
  lost(batch: SessionBatch): void;
  /** The connection is closed for what it said, or did not say. */
  closed(reason: ForensicsError): void;
}

/**
 * A session's connection. It is read as long as there is room: for its own bytes, for those of all connections, and in this turn of
 * the event loop. What has arrived and may not be read yet is at most one chunk here and one in the socket.
 */
export class NodeConnection implements WaitingReader, ReadInTurns, PieceOwner, EventSink {
  readonly #socket: Socket;
  readonly #ports: ConnectionPorts;
  readonly #frames = new FrameReader();
  #session: NodeSession | null = null;
  /** Read, and not given back. */
  #takenBytes = 0;
  /** What of it is being packed. */
  #piece: ReadPiece;
  #waiting: Buffer | null = null;
  /** The session that it alone speaks for. */
  #claimed: string | null = null;
  #timesAwaited = 0;
  #hasNews = true;
  #hasEnded = false;
  #isOver = false;

  constructor(socket: Socket, ports: ConnectionPorts) {
    this.#socket = socket;
    this.#ports = ports;
    this.#piece = new ReadPiece(this, 0);
    socket.on('data', (chunk: Buffer) => this.#arrived(chunk));
    socket.on('end', () => this.#ended());
    // A process that was killed with bytes on their way may reset the connection: the end of it, too.
    socket.on('error', () => this.#ended());
    this.flow();
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

  hasNews(): boolean {
    if (this.#isOver) return false;
    const hasNews = this.#hasNews || this.#waiting !== null || this.#socket.isPaused();
    this.#hasNews = false;
    return hasNews;
  }

  /**
   * Told once a second: without OPEN it is closed at last. These calls are counted, and not the time: what it said while the event
   * loop was busy, or while there was no room, has not been read.
   */
  awaitOpen(): void {
    if (this.#isOver || this.#session || this.#waiting || this.#socket.isPaused()) return;
    this.#timesAwaited += 1;
    if (this.#timesAwaited <= MAX_TIMES_AWAITED) return;
    this.#ports.closed(
      new ForensicsError('FF_NO_OPEN', `no OPEN within ${MAX_TIMES_AWAITED} s: it is a connection's first frame`),
    );
    this.#close();
  }

  /** Hands over what was read, and closes a live connection without a word about its session: not that one is ending. */
  stop(): void {
    this.#ports.turns.forget(this);
    if (this.#waiting) this.#read(this.#waiting);
    this.#waiting = null;
    if (this.#hasEnded) this.#finish();
    else this.#close();
  }

  #arrived(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#hasNews = true;
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
        else this.#session = this.#found();
      }
    });
  }

  #found(): NodeSession {
    const claim = (session: string): void => {
      this.#ports.live.claim(session);
      this.#claimed = session;
    };
    return new NodeSession(this.#frames, { ...this.#ports, sink: this, claim });
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
    if (this.#claimed !== null) this.#ports.live.release(this.#claimed);
    this.#claimed = null;
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
      this.#ports.closed(error);
      this.#close();
    } finally {
      piece.done();
    }
  }
}
