import { ForensicsError } from '@fleet-forensics/shared/error';
import { expect, it } from 'vitest';
import { WatchedProducer } from './watched-producer.ts';

const FULL = new ForensicsError('FF_LOG_UNAVAILABLE', 'the spool is full');
const TOO_LARGE = new ForensicsError('FF_RECORD_TOO_LARGE', 'too large');

/** Each send ends as the next of the answers says. */
function watched(...answers: readonly (Error | 'taken')[]) {
  const clock = { nowMs: 0 };
  const left = [...answers];
  const send = async () => {
    const answer = left.shift();
    if (answer instanceof Error) throw answer;
  };
  return { clock, producer: new WatchedProducer({ send }, () => clock.nowMs) };
}

it('an ingest that can keep nothing says so until it can, so that its balancer sends events to others', async () => {
  const { producer, clock } = watched(FULL, 'taken', 'taken');
  expect(producer.refusal).toBeUndefined();
  await expect(producer.send('t', [])).rejects.toBe(FULL);
  await producer.send('t', []);
  expect(producer.refusal, 'it is almost full').toBe('the spool is full');
  clock.nowMs += 1000;
  await producer.send('t', []);
  expect(producer.refusal).toBeUndefined();
});

it('an ingest does not stay away for ever from a balancer that sends it nothing meanwhile', async () => {
  const { producer, clock } = watched(FULL);
  await expect(producer.send('t', [])).rejects.toBe(FULL);
  clock.nowMs += 14_999;
  expect(producer.refusal).toBe('the spool is full');
  clock.nowMs += 1;
  expect(producer.refusal).toBeUndefined();
});

it('one record that can never be taken is no reason to send others elsewhere', async () => {
  const { producer } = watched(TOO_LARGE);
  await expect(producer.send('t', [])).rejects.toBe(TOO_LARGE);
  expect(producer.refusal).toBeUndefined();
});
