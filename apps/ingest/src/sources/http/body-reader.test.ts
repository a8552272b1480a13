import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Admission } from './admission.ts';
import { readBody } from './body-reader.ts';
import { Problem } from './problem.ts';

const overloaded = () => new Problem(429, 'later', { code: 'overloaded' });

function reading(maxBytes = 100, idleMs = 10_000, admission = new Admission(1000)) {
  const payload = new PassThrough();
  const body = readBody(payload, admission.lease('client'), { maxBytes, idleMs, overloaded });
  return { payload, body, admission };
}

describe('a body', () => {
  it('comes as its chunks, and each counts from its arrival', async () => {
    const { payload, body, admission } = reading();
    payload.write('one ');
    await expect.poll(() => admission.inFlightBytes).toBe(4);
    payload.end('two');
    expect(String(await body)).toBe('one two');
    expect(admission.inFlightBytes).toBe(7);
  });

  it('may be empty', async () => {
    const { payload, body } = reading();
    payload.end();
    expect(await body).toHaveLength(0);
  });

  it('over its bound is refused at the byte too many, and the rest is dropped', async () => {
    const { payload, body } = reading();
    payload.write(Buffer.alloc(100));
    payload.write(Buffer.alloc(1));
    await expect(body).rejects.toMatchObject({ status: 413 });
    payload.end(Buffer.alloc(1_000_000));
    await expect.poll(() => payload.readableEnded).toBe(true);
  });

  it('for which there is no room any more is refused', async () => {
    const admission = new Admission(1000);
    admission.lease('another').grow(1000);
    admission.lease('another', true).grow(250);
    const { payload, body } = reading(100, 10_000, admission);
    payload.write('x');
    await expect(body).rejects.toMatchObject({ status: 429 });
  });

  it('that stops coming is given up', async () => {
    const { payload, body } = reading(100, 20);
    payload.write('x');
    await expect(body).rejects.toMatchObject({ status: 408, headers: { connection: 'close' } });
  });

  it('whose client is gone is no fault of ours', async () => {
    const { payload, body } = reading();
    payload.destroy(new Error('aborted'));
    await expect(body).rejects.toMatchObject({ status: 400 });
  });
});
