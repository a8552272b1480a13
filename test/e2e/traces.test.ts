import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OtlpReceiver, type ReceivedSpan } from './otlp-receiver.ts';
import { blocksWhen, filedBlocks } from './recorder-process.ts';
import { ServiceProcess } from './service-process.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const PATIENCE = { timeout: 20_000 };
const NAMES = ['POST /v1/events', 'publish block', 'file block'];

/** Said by a process for each module of OpenTelemetry that it loads. */
const LOADED = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      if (/opentelemetry.(sdk-trace|exporter)/.test(specifier)) process.stderr.write('LOADED ' + specifier + '\\n');
      return next(specifier, context);
    },
  });
`)}`;

let dataDir: string;
let recorder: ServiceProcess;
let receiver: OtlpReceiver;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'fleet-forensics-traces-'));
  receiver = await OtlpReceiver.start();
});

afterEach(async () => {
  await recorder.kill('SIGKILL');
  await receiver.stop();
  rmSync(dataDir, { recursive: true });
});

async function start(environment: Record<string, string>): Promise<void> {
  recorder = await ServiceProcess.start('standalone', { FF_DATA_DIR: dataDir, ...environment });
}

async function publish(events: readonly object[], headers: Record<string, string> = {}): Promise<void> {
  const { status } = await fetch(`${recorder.url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(events),
  });
  expect(status).toBe(202);
}

function failed(session: string): object[] {
  const of = { node: 'ftp-1', session };
  return [
    { ...of, type: 'SystemLog', level: 5, message: `${session} says` },
    { ...of, criterion: 'FailedLogin' },
  ];
}

/** The names of a trace's spans from its beginning on, each the parent of the next. */
function chainOf(spans: readonly ReceivedSpan[], parentId: string): string[] {
  const next = spans.find((span) => span.parentId === parentId);
  return next ? [next.name, ...chainOf(spans, next.spanId)] : [];
}

describe('a criterion', () => {
  it('is one trace, from its request to its filing', async () => {
    await start({ FF_TRACE_URL: receiver.url });
    await publish(failed('a'));
    await expect.poll(() => receiver.spans.length, PATIENCE).toBe(3);
    const { spans } = receiver;
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(chainOf(spans, '')).toEqual(NAMES);
    for (const { durationNs, hasFailed, service } of spans) {
      expect(durationNs).toBeGreaterThanOrEqual(0n);
      expect(hasFailed).toBe(false);
      expect(service).toBe('fleet-forensics-standalone');
    }
    const [request, block, filing] = NAMES.map((name) => spans.find((span) => span.name === name)!.attributes);
    expect(request).toMatchObject({ 'http.request.method': 'POST', 'http.route': '/v1/events', 'forensic.criteria': '1' });
    expect(block).toMatchObject({ 'forensic.node': 'ftp-1', 'forensic.session': 'a', 'forensic.criterion': 'FailedLogin' });
    expect(filing).toMatchObject({ 'forensic.block': block!['forensic.block'], 'forensic.file': '/forensic.log' });
  });

  it('joins the trace of the request that brings it', async () => {
    await start({ FF_TRACE_URL: receiver.url });
    await publish(failed('a'), { traceparent: `00-${TRACE}-${SPAN}-01` });
    await expect.poll(() => receiver.spans.length, PATIENCE).toBe(3);
    expect(receiver.spans.map(({ traceId }) => traceId)).toEqual([TRACE, TRACE, TRACE]);
    expect(chainOf(receiver.spans, SPAN)).toEqual(NAMES);
  });

  it('begins a trace of its own where the request says something that is no traceparent', async () => {
    await start({ FF_TRACE_URL: receiver.url });
    await publish(failed('a'), { traceparent: `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01` });
    await expect.poll(() => receiver.spans.length, PATIENCE).toBe(3);
    expect(chainOf(receiver.spans, '')).toEqual(NAMES);
    expect(receiver.spans[0]!.traceId).not.toBe(TRACE);
  });

  it('is not traced where the request says so, nor is what brings none', async () => {
    await start({ FF_TRACE_URL: receiver.url });
    await publish(failed('a'), { traceparent: `00-${TRACE}-${SPAN}-00` });
    await publish(failed('b').slice(0, 1));
    await publish(failed('c'));
    await expect.poll(() => receiver.spans.length, PATIENCE).toBe(3);
    expect(await recorder.kill('SIGTERM')).toBe(0);
    expect(receiver.spans).toHaveLength(3);
    expect(receiver.spans.map(({ attributes }) => attributes['forensic.session'])).not.toContain('a');
  });

  it('of many in one request has its own block and filing under the one request', async () => {
    await start({ FF_TRACE_URL: receiver.url });
    await publish(['a', 'b', 'c'].flatMap(failed));
    await expect.poll(() => receiver.spans.length, PATIENCE).toBe(7);
    const of = (name: string) => receiver.spans.filter((span) => span.name === name);
    const [request] = of('POST /v1/events');
    expect(of('publish block').map(({ parentId }) => parentId)).toEqual(Array(3).fill(request!.spanId));
    expect(
      of('file block')
        .map(({ parentId }) => parentId)
        .toSorted(),
    ).toEqual(
      of('publish block')
        .map(({ spanId }) => spanId)
        .toSorted(),
    );
  });
});

describe('what is ended is told before the process ends', () => {
  it('and counted', async () => {
    await start({ FF_TRACE_URL: receiver.url });
    await publish(failed('a'));
    await blocksWhen(
      () => filedBlocks(join(dataDir, 'forensic')),
      ({ length }) => length === 1,
    );
    expect(await recorder.kill('SIGTERM')).toBe(0);
    expect(receiver.spans).toHaveLength(3);
    expect(recorder.output).toMatch(/spansExported 3/);
  });
});

describe('a receiver', () => {
  let server: Server | undefined;

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  async function listening(status: number | undefined): Promise<string> {
    server = createServer((_request, response) => {
      if (status !== undefined) response.writeHead(status).end('Authorization: Bearer s3cr3t-w0rd');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  it.each([
    ['that nobody listens on', async () => 'http://127.0.0.1:1/', /spans are lost: http\S+ \(FF_TRACE_URL\): /],
    ['that refuses', () => listening(400), /spans are lost: http\S+ \(FF_TRACE_URL\): /],
    ['that never answers', () => listening(undefined), /^ready/m],
  ])('%s costs the spans and nothing else', async (_what, urlOf, told) => {
    await start({ FF_TRACE_URL: await urlOf() });
    await publish(failed('a'));
    const blocks = await blocksWhen(
      () => filedBlocks(join(dataDir, 'forensic')),
      ({ length }) => length === 1,
    );
    expect(blocks).toHaveLength(1);
    await recorder.says(told);
    expect(await recorder.kill('SIGTERM')).toBe(0);
    expect(recorder.output).not.toContain('s3cr3t');
    expect(recorder.output).not.toContain('spansExported');
  });
});

describe('OpenTelemetry', () => {
  it('is not even loaded where nothing is traced', async () => {
    await start({ NODE_OPTIONS: `--import ${LOADED}` });
    await publish(failed('a'), { traceparent: `00-${TRACE}-${SPAN}-01` });
    expect(await recorder.kill('SIGTERM')).toBe(0);
    expect(recorder.output).not.toContain('LOADED');
  });

  it('is loaded where something is: what the test above looks for is there', async () => {
    await start({ NODE_OPTIONS: `--import ${LOADED}`, FF_TRACE_URL: receiver.url });
    expect(recorder.output).toContain('LOADED @opentelemetry/sdk-trace');
  });

  it('gets no URL that holds a secret', async () => {
    recorder = ServiceProcess.spawn('standalone', { FF_DATA_DIR: dataDir, FF_TRACE_URL: 'http://tj:s3cr3t@collector/v1/traces' });
    expect(await recorder.exited).toBe(1);
    expect(recorder.output).toContain('FF_TRACE_URL="http://…@collector/v1/traces" is not valid');
    expect(recorder.output).not.toContain('s3cr3t');
  });
});
