import type { IncomingMessage, ServerResponse } from 'node:http';
import { ClientRates } from '../../access/client-rates.ts';
import { BodyChunkCount } from './body-chunks.ts';

/** Refusals of one client a second that are told at once; each takes some 0.2 ms of ours. */
const REFUSALS_PER_S = 50;

/** Before, the time-outs of the connection may end it. */
const LONGEST_WAIT_S = 60;

/** A refused body is dropped up to here while its answer waits; of a longer one the connection is closed. */
const DROPPED_BYTES = 1024 * 1024;

/** Of all answers that wait: those that list what was wrong are long. */
const HELD_BYTES = 16 * 1024 * 1024;

/** A refusal that is to be told. */
export interface Refused {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Of the answer. */
  readonly byteLength: number;
}

/**
 * Slows down who is refused again and again: a client that repeats what is refused as fast as the answers come would take the time of
 * others. Of one client 50 refusals a second are told, those of a second at once, however many there are; the next ones are told when their
 * turn comes. Meanwhile each takes a connection, which are bounded, and an answer, which are bounded here; nothing of a body is kept.
 */
export class Tarpit {
  readonly #refusals: ClientRates;
  #heldBytes = 0;

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number) {
    this.#refusals = new ClientRates(REFUSALS_PER_S, now);
  }

  /** Resolves when a refusal may be told, or when nobody waits for it any more: true if we closed its connection. */
  async hold(client: string, { request, response, byteLength }: Refused): Promise<boolean> {
    const rate = this.#refusals.of(client)!;
    const waitS = rate.waitS(false);
    if (waitS < LONGEST_WAIT_S) rate.spend(1, false);
    if (waitS === 0) return false;
    if (this.#heldBytes + byteLength > HELD_BYTES) {
      request.socket.destroy();
      return true;
    }
    this.#heldBytes += byteLength;
    try {
      return await dropBody(request, sleep(Math.min(LONGEST_WAIT_S, waitS) * 1000, response));
    } finally {
      this.#heldBytes -= byteLength;
    }
  }
}

/** Until it is time; true if so much of it came, or in such pieces, that the connection was closed. */
async function dropBody(request: IncomingMessage, isTime: Promise<void>): Promise<boolean> {
  const dropped = new BodyChunkCount();
  let isClosed = false;
  const drop = (chunk: Buffer) => {
    dropped.add(chunk.length);
    if (!dropped.areTiny && dropped.byteLength <= DROPPED_BYTES) return;
    isClosed = true;
    request.socket.destroy();
  };
  request.on('data', drop).resume();
  await isTime;
  request.off('data', drop);
  return isClosed;
}

function sleep(ms: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      response.off('close', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    response.once('close', end);
  });
}
