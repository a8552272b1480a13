import type { RequestListener } from 'node:http';
import type { Readable } from 'node:stream';
import { Server as TlsServer, type TlsOptions } from 'node:tls';
import { ForensicsError, messageOf } from '@fleet-forensics/shared/error';
import { AccessSettings } from '@fleet-forensics/shared/settings/access-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ANYBODY, asksWho } from './access/access.ts';
import { addressOf, isLoopback } from './access/listen-address.ts';
import { Counters } from './counters.ts';
import { IngestModule, type IngestOptions } from './ingest.module.ts';
import { boundConnections, withoutPipelines } from './sources/http/connection-bounds.ts';
import { EventsGate } from './sources/http/events-gate.ts';
import { createHttpServer } from './sources/http/http-server.ts';
import { answerBrokenRequest, answerError } from './sources/http/http-errors.ts';
import { OpenSources } from './sources/open-sources.ts';
import type { OpenSource } from './sources/source.ts';

/** On close requests get this long for their answer; then their connections are cut. */
const DRAIN_MS = 2000;

/** Connections that the kernel holds until we take them; it may allow fewer (net.core.somaxconn). Beyond it clients hear nothing for seconds. */
const BACKLOG = 4096;

/** ingest, not yet listening: docs/API.md says what it answers. */
export async function createIngestApp(options: IngestOptions): Promise<NestFastifyApplication> {
  const { bodyBytes, inflightBytes } = options.settings;
  if (inflightBytes < bodyBytes) {
    throw new ForensicsError(
      'FF_BAD_SETTING',
      `FF_INGEST_INFLIGHT_BYTES=${inflightBytes} is less than FF_INGEST_BODY_BYTES=${bodyBytes}: no body of that length could be taken`,
    );
  }
  const { access = ANYBODY, limits = readSettings(AccessSettings, {}) } = options;
  const adapter = new FastifyAdapter({
    serverFactory: (handle: RequestListener) =>
      createHttpServer(
        access.tls,
        withoutPipelines(handle, () => app.get(Counters)),
      ),
    ...(access.tls && { https: access.tls }),
    bodyLimit: bodyBytes,
    // What is in flight at the close is answered; new connections are refused by then.
    return503OnClosing: false,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      void answerError(error, request, reply),
  });
  const app: NestFastifyApplication = await NestFactory.create<NestFastifyApplication>(IngestModule.register(options), adapter, {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  const gate = app.get(EventsGate);
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (request: FastifyRequest, payload: Readable) => gate.read(request, payload));
  fastify.addHook('onRequest', async (request, reply) => gate.admit(request, reply));
  fastify.addHook('onSend', (request, reply, payload) =>
    gate.answer(request, reply, Buffer.byteLength(payload as Buffer | string)),
  );
  boundConnections(fastify.server, limits, app.get(Counters), options.warn);
  access.onTlsChange((tls) => speakTls(fastify.server, tls));
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
 * @throws ForensicsError FF_LISTEN_FAILED if the address can't be had, FF_UNPROTECTED if others reach it and nobody asks who they are, FF_BAD_SETTING, and what a source throws that can't start
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
        (options.access ?? ANYBODY).place,
        ...opened.places.map((place) => `ingest reads ${place}`),
      ],
    };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** From the next connection on. */
function speakTls(server: FastifyInstance['server'], tls: TlsOptions): void {
  if (server instanceof TlsServer) server.setSecureContext(tls);
}

/**
 * Where ingest may listen: where others reach it, only if it asks them who they are.
 * @throws ForensicsError FF_UNPROTECTED, FF_LISTEN_FAILED
 */
async function checkedAddress({ settings: { host }, access = ANYBODY, warn }: IngestOptions): Promise<string> {
  const address = await addressOf('FF_INGEST_HOST', host);
  if (isLoopback(address)) return address;
  if (!asksWho(access)) {
    throw new ForensicsError(
      'FF_UNPROTECTED',
      `FF_INGEST_HOST=${host}: others reach this address, and could publish as any node. Set FF_TOKENS_FILE (fleet-forensics token create makes tokens) or FF_INGEST_TLS_CLIENT_CA, or listen on 127.0.0.1: docs/API.md`,
    );
  }
  if (access.tls === null) {
    warn(
      `FF_INGEST_HOST=${host}: tokens and events come over the network as they are: set FF_INGEST_TLS_CERT and FF_INGEST_TLS_KEY, unless a proxy or a private network protects them`,
    );
  }
  return address;
}

async function listen(app: NestFastifyApplication, options: IngestOptions): Promise<void> {
  const { host, port } = options.settings;
  const address = await checkedAddress(options);
  try {
    await app.listen({ port, host: address, backlog: BACKLOG });
  } catch (cause) {
    const message = `FF_INGEST_HOST=${host} FF_INGEST_PORT=${port}: ${messageOf(cause)}; choose an address of this machine and a free port`;
    throw new ForensicsError('FF_LISTEN_FAILED', message, { cause });
  }
}
