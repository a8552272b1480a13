import { describe, expect, it } from 'vitest';
import type { ForensicsError } from '../../error.ts';
import { KafkaLog } from './kafka-log.ts';

function logged() {
  const told: string[] = [];
  const clock = { nowMs: 0 };
  const log = new KafkaLog(
    ({ message }: ForensicsError) => told.push(message),
    () => clock.nowMs,
  );
  const write = (message: string, fields = {}, label = 'ERROR') =>
    log.write({ namespace: 'Connection', label, log: { message, ...fields } });
  return { told, clock, write };
}

describe('what kafkajs logs', () => {
  it('is told once in ten seconds, and then how often it was said', () => {
    const { told, clock, write } = logged();
    for (let i = 0; i < 5; i++) write('Connection error: refused', { broker: 'a:1' });
    write('Connection error: refused', { broker: 'b:1' });
    clock.nowMs = 10_000;
    write('Connection error: refused', { broker: 'a:1' });
    expect(told).toEqual([
      'kafkajs, Connection: Connection error: refused, broker a:1',
      'kafkajs, Connection: Connection error: refused, broker b:1',
      'kafkajs, Connection: Connection error: refused, broker a:1 (and 4 times more since it was last told)',
    ]);
  });

  it('shows no field that may hold a request, and nothing below an error though a variable asks kafkajs for it', () => {
    const { told, write } = logged();
    write('Connection error', { payload: 'secret', stack: 'secret' });
    write('Request SaslAuthenticate', { payload: 'secret' }, 'DEBUG');
    expect(told).toEqual(['kafkajs, Connection: Connection error']);
  });

  it('remembers a bounded number of messages', () => {
    const { told, write } = logged();
    for (let round = 0; round < 2; round++) for (let i = 0; i < 101; i++) write(`error ${i}`);
    expect(told.length).toBeGreaterThan(101);
  });
});
