import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readSettings } from '../../settings/setting.ts';
import { OpsSettings } from '../../settings/ops-settings.ts';
import type { Readiness } from '../readiness.ts';
import { OpsListener } from './ops-listener.ts';

let ops: OpsListener;

beforeEach(async () => {
  ops = await OpsListener.start('writer', readSettings(OpsSettings, { FF_REVISION: 'abc123' }));
});

afterEach(() => ops.close());

async function get(path: string): Promise<{ status: number; retryAfter: string | null; body: unknown }> {
  const response = await fetch(ops.url + path);
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.json() };
}

function runs(readiness: Readiness, stuck: readonly string[] = []): void {
  ops.runs({
    readiness,
    stuck,
    metrics: [{ kind: 'counter', name: 'forensic_filed_total', help: 'of a test', read: () => 7 }],
  });
}

describe('the health of a service', () => {
  it('is alive and not ready while it still starts, or waits for Kafka: a restart would not shorten that', async () => {
    expect(await get('/livez')).toMatchObject({ status: 200, body: { alive: true, why: [] } });
    expect(await get('/readyz')).toEqual({ status: 503, retryAfter: '2', body: { ready: false, why: ['starting'] } });
  });

  it('says why it is not ready, whatever bytes a path or an error brings along', async () => {
    const why = ['/data/\u0000\u001b[31m"}\n{"ready":true is full'];
    runs({ isReady: false, why });
    expect(await get('/readyz')).toEqual({ status: 503, retryAfter: '2', body: { ready: false, why } });
  });

  it('is ready when it can do its work, with what it rests on', async () => {
    runs({ isReady: true, why: ['6 partitions'] });
    expect(await get('/readyz')).toEqual({ status: 200, retryAfter: null, body: { ready: true, why: ['6 partitions'] } });
  });

  it('is not alive when only a restart mends it', async () => {
    runs({ isReady: true, why: [] }, ['t/2 has stood still']);
    expect(await get('/livez')).toEqual({ status: 503, retryAfter: '2', body: { alive: false, why: ['t/2 has stood still'] } });
  });

  it('is not ready from the moment it is told to end, and is not killed for what it leaves behind', async () => {
    runs({ isReady: true, why: [] }, ['t/2 has stood still']);
    ops.state.drains();
    expect(await get('/readyz')).toMatchObject({ status: 503, body: { ready: false, why: ['draining'] } });
    expect(await get('/livez')).toMatchObject({ status: 200 });
  });

  it('names what runs', async () => {
    const { body } = await get('/version');
    expect(body).toEqual({ name: 'writer', version: '0.2.0', revision: 'abc123', node: process.versions.node });
  });
});

describe('the metrics of a service', () => {
  it('are its own, its build, whether it is ready, and those of its process', async () => {
    runs({ isReady: true, why: [] });
    const response = await fetch(`${ops.url}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    const text = await response.text();
    expect(text).toContain('forensic_filed_total 7\n');
    expect(text).toContain('forensic_ready 1\n');
    expect(text).toContain('forensic_build_info{version="0.2.0",revision="abc123"} 1\n');
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
  });
});

describe('the listener of a service', () => {
  it('that can not have its address says which setting is wrong', async () => {
    const taken = { FF_OPS_PORT: new URL(ops.url).port };
    await expect(OpsListener.start('writer', readSettings(OpsSettings, taken))).rejects.toMatchObject({
      code: 'FF_LISTEN_FAILED',
      message: expect.stringContaining(`FF_OPS_PORT=${taken.FF_OPS_PORT}: `) as string,
    });
  });

  /** Opens so many from each of these addresses. @returns those that it closed, as it does so */
  function openFrom(count: number, ...addresses: readonly string[]): Set<Socket> {
    const { hostname: host, port } = new URL(ops.url);
    const closed = new Set<Socket>();
    for (const localAddress of addresses.flatMap((address) => Array.from({ length: count }, () => address))) {
      const socket = connect({ port: Number(port), host, localAddress });
      onTestFinished(() => void socket.destroy());
      socket.on('error', () => closed.add(socket));
      socket.on('close', () => closed.add(socket));
    }
    return closed;
  }

  it('answers probes while somebody else holds all the connections that he can get: nobody has a service restarted', async () => {
    const closed = openFrom(150, '127.0.0.2');
    await expect.poll(() => closed.size).toBe(130);
    expect(await get('/livez')).toMatchObject({ status: 200 });
  });

  it('takes so many connections and no more: who floods it does not use up the files of the service', async () => {
    const closed = openFrom(20, ...[2, 3, 4, 5, 6, 7].map((host) => `127.0.0.${host}`));
    await expect.poll(() => closed.size).toBe(20);
  });

  it('closes a connection on which a request does not become whole', async () => {
    const { hostname, port } = new URL(ops.url);
    const slow = connect(Number(port), hostname);
    onTestFinished(() => void slow.destroy());
    slow.write('GET /livez HTTP/1.1\r\nHost: x\r\n');
    const [answer] = (await once(slow, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 408 /);
  });
});
