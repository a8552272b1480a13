import { connect } from 'node:net';
import { once } from 'node:events';
import { IngestSettings } from '@fleet-forensics/shared/settings/ingest-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Counters } from '../../counters.ts';
import { Packer } from '../../packer/packer.ts';
import { POLICY } from '../../packer/packing.fixture.ts';
import { Publisher } from '../../packer/publisher.ts';
import { ConstantPolicy } from '../../policy/policy-source.ts';
import { CriterionNames } from '../../policy/criterion-names.ts';
import { ANYTHING } from './allowance.fixture.ts';
import { EventIntake } from './event-intake.ts';
import { type Answer, criterionLine, line, MemoryLog, RunningIngest } from './ingest-app.fixture.ts';

const MIB = 1024 * 1024;

/** A body of exactly this many bytes with one message. */
function bodyOf(byteLength: number): string {
  return line('x') + ' '.repeat(byteLength - line('x').length);
}

describe('under overload', () => {
  let ingest: RunningIngest;
  beforeEach(async () => {
    ingest = await RunningIngest.start({ FF_INGEST_INFLIGHT_BYTES: String(MIB), FF_INGEST_BODY_BYTES: String(MIB) });
  });
  afterEach(() => ingest.close());

  /** Sends this and waits until the log holds so many records back. */
  async function postUntilHeld(body: string, waiting: number): Promise<{ answer: Promise<Answer> }> {
    ingest.log.hold();
    const answer = ingest.post(body);
    await vi.waitUntil(() => ingest.log.waiting === waiting);
    return { answer };
  }

  it('messages are refused with 429 and Retry-After, criteria and ends still taken', async () => {
    const filling = await postUntilHeld(bodyOf(MIB - 10), 1);
    const refused = await ingest.post(line('y'));
    expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([429, 'overloaded', '1']);
    expect((await ingest.post(bodyOf(100_000))).status).toBe(429);
    expect((await ingest.post(`${criterionLine()}\n${line('y')}`)).status).toBe(429);
    const urgent = await postUntilHeld(`${criterionLine()}\n${JSON.stringify({ node: 'n', session: 't', end: 'quit' })}`, 2);
    ingest.log.release();
    expect([(await filling.answer).status, (await urgent.answer).status]).toEqual([202, 202]);
    expect((await ingest.post(line('y'))).status).toBe(202);
    expect(ingest.counters.overloaded).toBe(3);
    expect(ingest.log.lines).toEqual(['x', 'y']);
    expect(ingest.log.batches.filter(({ criterion }) => criterion)).toHaveLength(1);
  });

  const HEAD = 'POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n';

  it('clients that announce bodies and send none take no room', async () => {
    const port = Number(new URL(ingest.url).port);
    const silent = Array.from({ length: 40 }, () => connect(port, '127.0.0.1'));
    for (const [index, socket] of silent.entries()) {
      const length = index % 2 === 0 ? `Content-Length: ${MIB}` : 'Transfer-Encoding: chunked';
      await once(socket, 'connect');
      socket.write(`${HEAD}${length}\r\n\r\n`);
    }
    expect((await ingest.post(bodyOf(MIB - 10))).status).toBe(202);
    for (const socket of silent) socket.destroy();
  });

  it('room that a client took and left is given back', async () => {
    const socket = connect(Number(new URL(ingest.url).port), '127.0.0.1');
    socket.write(`${HEAD}Content-Length: ${MIB}\r\n\r\n${' '.repeat(MIB - 500)}`);
    await vi.waitUntil(() => ingest.gate.inFlightBytes === MIB - 500);
    expect((await ingest.post(bodyOf(100_000))).status).toBe(429);
    socket.destroy();
    await once(socket, 'close');
    expect(await vi.waitUntil(async () => (await ingest.post(bodyOf(100_000))).status === 202)).toBe(true);
  });

  it('closing refuses new connections, answers what is in flight and leaves nothing behind', async () => {
    const filling = await postUntilHeld(line('x'), 1);
    const stopping = ingest.stop();
    await vi.waitUntil(() => isRefused(ingest.url));
    ingest.log.release();
    const { status, headers } = await filling.answer;
    // A connection kept alive would keep ingest alive.
    expect([status, headers.get('connection')]).toEqual([202, 'close']);
    await stopping;
    expect(ingest.log.lines).toEqual(['x']);
  });
});

describe('closing', () => {
  it('is not held up by a client that never finishes its request', async () => {
    const ingest = await RunningIngest.start();
    const socket = connect(Number(new URL(ingest.url).port), '127.0.0.1');
    socket.on('error', () => socket.destroy());
    socket.write('POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: 9\r\n\r\n{');
    const closed = once(socket, 'close');
    expect((await ingest.post(line('x'))).status).toBe(202);
    await ingest.close();
    expect(await closed).toBeDefined();
  });
});

async function isRefused(url: string): Promise<boolean> {
  return fetch(url).then(
    () => false,
    () => true,
  );
}

describe('a long body', () => {
  it('lets others have their turn before it is done', async () => {
    const lines = 200_000;
    const settings = readSettings(IngestSettings, {});
    const counters = new Counters();
    const packer = new Packer(settings, new ConstantPolicy(POLICY), counters, () => performance.now());
    const publisher = new Publisher(packer, new MemoryLog().producer(), counters, () => performance.now());
    const intake = new EventIntake(settings, new CriterionNames([]), publisher, counters);
    const body = Buffer.from(`${line('x')}\n`.repeat(lines));
    const taking = intake.take(body, 'application/x-ndjson', ANYTHING).then(() => 'taken');
    const first = await Promise.race([taking, new Promise((resolve) => void setImmediate(resolve, 'another'))]);
    expect(first).toBe('another');
    expect(await taking).toBe('taken');
    await publisher.close();
  });
});
