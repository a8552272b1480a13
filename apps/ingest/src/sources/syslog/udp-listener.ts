import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { messageOf } from '@fleet-forensics/shared/error';
import type { WaitingReader } from '../reading/read-turns.ts';
import { listening, type ListenAddress, senderName, type SyslogListener } from './listening.ts';
import type { SyslogCounters } from './syslog-counters.ts';
import type { SyslogPiece } from './syslog-frames.ts';
import type { SyslogReading } from './syslog-reading.ts';

/** Asked of the kernel, which may give less (net.core.rmem_max): datagrams of a burst wait there. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** What a datagram takes besides its bytes, so that the number of those that wait is bounded too. */
const DATAGRAM_OVERHEAD_BYTES = 512;

export interface UdpListenerOptions extends ListenAddress {
  readonly messageBytes: number;
  readonly reading: SyslogReading;
  readonly counters: SyslogCounters;
  readonly warn: (message: string) => void;
}

/** Syslog over UDP (RFC 5426): a datagram is a message. What there is no room for is dropped and counted. */
export class UdpListener implements SyslogListener {
  readonly port: number;
  readonly place: string;
  readonly #socket: Socket;
  readonly #reading: SyslogReading;
  /** Datagrams that wait for a turn to be read in. */
  readonly #waiting = new Set<WaitingReader>();

  private constructor(socket: Socket, { host, reading, messageBytes, counters }: UdpListenerOptions) {
    this.port = socket.address().port;
    this.place = `udp ${host}:${this.port}`;
    this.#socket = socket;
    this.#reading = reading;
    socket.on('message', (bytes: Buffer, { address }: RemoteInfo) => {
      if (reading.isFull) counters.dropped += 1;
      else this.#arrived(piecesOf(bytes, messageBytes), bytes.length + DATAGRAM_OVERHEAD_BYTES, senderName(address));
    });
  }

  /** @throws ForensicsError FF_LISTEN_FAILED if the address can't be had */
  static async open(options: UdpListenerOptions): Promise<UdpListener> {
    const { host, port, warn } = options;
    const family = await lookup(host).then(
      (found) => found.family,
      // The bind that follows says what is wrong with the host.
      () => 4,
    );
    const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
    await listening(socket, 'FF_SYSLOG_UDP_PORT', options, (done) => socket.bind(port, host, done));
    socket.on('error', (error) => warn(`ingest: syslog over UDP: ${messageOf(error)}`));
    return new UdpListener(socket, options);
  }

  close(): Promise<void> {
    for (const datagram of this.#waiting) {
      this.#reading.turns.forget(datagram);
      datagram.readWaiting();
    }
    return new Promise((resolve) => void this.#socket.close(resolve));
  }

  #arrived(pieces: Iterable<SyslogPiece>, byteLength: number, sender: string): void {
    const { turns } = this.#reading;
    const arrival = this.#reading.arrival(pieces, byteLength, sender, null);
    if (turns.hasTime()) {
      arrival.readAll();
      return;
    }
    const datagram: WaitingReader = {
      readWaiting: () => {
        this.#waiting.delete(datagram);
        arrival.readAll();
      },
    };
    this.#waiting.add(datagram);
    turns.wait(datagram);
  }
}

/** A message in pieces of at most so many bytes; an empty datagram is none. */
function* piecesOf(bytes: Buffer, maxBytes: number): Generator<SyslogPiece> {
  for (let start = 0; start < bytes.length; start += maxBytes) {
    yield { bytes: bytes.subarray(start, start + maxBytes), startsMessage: start === 0 };
  }
}
