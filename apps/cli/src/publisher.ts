import type { EventLine } from './event-line.ts';
import { IngestClient } from './ingest-client.ts';
import { type PublishSummary, Tally } from './tally.ts';

/** Bytes of a request's body: large enough that requests cost nothing, far below ingest's default bound of 16 MiB. */
export const BODY_BYTES = 1024 * 1024;

const NEWLINE = Buffer.from('\n');

export interface PublishOptions {
  /** Where ingest listens; `/v1/events` is put behind its path. */
  readonly url: URL;
  /** Attempts for one request while the server says 429 or 503. */
  readonly tries: number;
  /** Shown with each request. */
  readonly token?: string;
  /** Told after each request. */
  readonly onProgress?: (done: PublishSummary) => void;
}

/**
 * Publishes events in their order: one request at a time, the next being prepared meanwhile.
 * @throws ForensicsError FF_UNREACHABLE, FF_OVERLOADED or FF_PUBLISH_REFUSED, or what the source throws; a part may have been published
 */
export async function publish(events: AsyncIterable<EventLine>, options: PublishOptions): Promise<PublishSummary> {
  const started = performance.now();
  const tally = new Tally();
  const client = new IngestClient(options, tally);
  const summary = (): PublishSummary => tally.summary((performance.now() - started) / 1000);

  let inFlight = Promise.resolve();
  const send = async (body: Body): Promise<void> => {
    await inFlight;
    inFlight = client.post(body.bytes(), body.events, body.firstNumber).then(() => options.onProgress?.(summary()));
    // It is awaited before the next one, which may be long after it failed: until then the failure is not unhandled.
    inFlight.catch(() => {});
  };

  let body = new Body(1);
  for await (const event of events) {
    tally.events += 1;
    if (event.refused) {
      tally.reject(event, tally.events, event.refused.code, event.refused.error);
      continue;
    }
    if (!body.fits(event)) {
      await send(body);
      body = new Body(tally.events);
    }
    body.add(event);
  }
  if (body.events.length > 0) await send(body);
  await inFlight;
  return summary();
}

class Body {
  readonly events: EventLine[] = [];
  /** Of the first event, among all those taken from the source. */
  readonly firstNumber: number;
  readonly #parts: Buffer[] = [];
  #bytes = 0;

  constructor(firstNumber: number) {
    this.firstNumber = firstNumber;
  }

  /** At least one event does. */
  fits({ line }: EventLine): boolean {
    return this.events.length === 0 || this.#bytes + Buffer.byteLength(line) + NEWLINE.length <= BODY_BYTES;
  }

  add(event: EventLine): void {
    const line = Buffer.from(event.line);
    this.events.push(event);
    this.#parts.push(line, NEWLINE);
    this.#bytes += line.length + NEWLINE.length;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts, this.#bytes);
  }
}
