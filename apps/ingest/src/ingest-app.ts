import type { Readable } from 'node:stream';
import { ForensicsError, messageOf } from '@fleet-forensics/shared/error';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { IngestModule, type IngestOptions } from './ingest.module.ts';
import { EventsGate } from './sources/http/events-gate.ts';
import { answerBrokenRequest, answerError } from './sources/http/http-errors.ts';
import { OpenSources } from './sources/open-sources.ts';
import type { OpenSource } from './sources/source.ts';

/** A request has to be whole within this; a slow one gives its bytes back. */
const REQUEST_TIMEOUT_MS = 60_000;

/** A connection on which nothing moves for this long is closed; an answer waits for the log at most so long. */
const CONNECTION_TIMEOUT_MS = 60_000;

/** Open connections; more wait to be accepted. */
const MAX_CONNECTIONS = 10_000;

/** On close requests get this long for their answer; then their connections are cut. */
const DRAIN_MS = 2000;

/** ingest, not yet listening: docs/API.md says what it answers. */
export async function createIngestApp(options: IngestOptions): Promise<NestFastifyApplication> {
  const { bodyBytes, inflightBytes } = options.settings;
  if (inflightBytes < bodyBytes) {
    throw new ForensicsError(
      'FF_BAD_SETTING',
      `FF_INGEST_INFLIGHT_BYTES=${inflightBytes} is less than FF_INGEST_BODY_BYTES=${bodyBytes}: no body of that length could be taken`,
    );
  }
  const adapter = new FastifyAdapter({
    bodyLimit: bodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    // What is in flight at the close is answered; new connections are refused by then.
    return503OnClosing: false,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      void answerError(error, request, reply),
  });
  const app = await NestFactory.create<NestFastifyApplication>(IngestModule.register(options), adapter, {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  const gate = app.get(EventsGate);
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (request: FastifyRequest, payload: Readable) => gate.read(request, payload));
  fastify.addHook('onRequest', async (request, reply) => gate.admit(request, reply));
  fastify.server.maxConnections = MAX_CONNECTIONS;
  drainOnClose(fastify);
  return app;
}

/** Node waits for connections that are kept alive, and for ever for a request that never becomes whole. */
function drainOnClose(fastify: FastifyInstance): void {
  let isClosing = false;
  fastify.addHook('preClose', (done) => {
    isClosing = true;
    setTimeout(() => fastify.server.closeAllConnections(), DRAIN_MS).unref();
    done();
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) void reply.header('connection', 'close');
    done();
  });
}

/** A running ingest. */
export interface RunningIngest {
  /** To be closed. */
  readonly app: NestFastifyApplication;
  /** Of its HTTP source, without a slash at the end. */
  readonly url: string;
  /** Where it takes events, a line each. */
  readonly places: readonly string[];
}

/**
 * Starts ingest on its host and port, and the other sources.
 * @throws ForensicsError FF_LISTEN_FAILED if the address can't be had, FF_BAD_SETTING, and what a source throws that can't start
 */
export async function startIngest(options: IngestOptions, sources: readonly OpenSource[] = []): Promise<RunningIngest> {
  const app = await createIngestApp(options);
  try {
    await listen(app, options);
    const opened = app.get(OpenSources);
    await opened.open(sources);
    const url = await app.getUrl();
    return {
      app,
      url,
      places: [
        `ingest listens on ${url} (POST /v1/events; OTLP: POST /v1/logs)`,
        ...opened.places.map((place) => `ingest reads ${place}`),
      ],
    };
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function listen(app: NestFastifyApplication, { settings: { host, port } }: IngestOptions): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (cause) {
    const message = `FF_INGEST_HOST=${host} FF_INGEST_PORT=${port}: ${messageOf(cause)}; choose an address of this machine and a free port`;
    throw new ForensicsError('FF_LISTEN_FAILED', message, { cause });
  }
}
