import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadLetter } from '@fleet-forensics/shared/wire/dead-letter';
import { encodeDeadLetter } from '@fleet-forensics/shared/wire/codec';
import type { OutgoingRecord } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { BLOCKS, SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import { MAX_RECORD_BYTES } from '@fleet-forensics/shared/wire/limits';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAll } from '../../../../test/contract/bus-harness.ts';
import { describeKafkaProcess } from '../../../../test/kafka/broker.ts';
import { run } from '../command-run.fixture.ts';
import { appendLetters, embeddedLetterLog, kafkaLetterLog, type LetterLog } from './letter-log.fixture.ts';

const START_MS = 120_000;
const POISON = new ForensicsError('FF_BAD_RECORD', 'block part does not parse \u001b[2J');
const LATE = new ForensicsError('FF_TOO_LATE', 'came too late');

/** The letter of a record of forensic.blocks, partition 3. */
function letter(offset: number, value: string, error = POISON, key: string | null = '/forensic.log'): OutgoingRecord {
  const record = { offset, key: key === null ? null : Buffer.from(key), value: Buffer.from(value) };
  return deadLetter({ topic: BLOCKS, partition: 3 }, record, error);
}

function letterTo(topic: string, partition: number, value: Buffer, error = 'FF_X: x'): OutgoingRecord {
  return { key: null, value: encodeDeadLetter({ topic, partition, offset: 1, error, key: Buffer.alloc(0), value }) };
}

/** In order: each one goes on with the letters that the one before left. */
function describeDeadLetters(makeLog: () => Promise<LetterLog>): void {
  let log: LetterLog;
  beforeAll(async () => {
    log = await makeLog();
    await appendLetters(log, [letter(7, 'first'), letter(8, 'sec\u0000nd\u009b', LATE), letter(9, 'third', POISON, null)]);
  }, START_MS);
  afterAll(() => log.stop());

  const values = (topic: string, partition: number) =>
    log.with(async (bus) => {
      const records = await readAll(bus, { topic, partition });
      return records.map(({ key, value }) => [key && Buffer.from(key).toString(), Buffer.from(value).toString()]);
    });

  it('list shows what, when, where from, why and how much, a line each', async () => {
    const { status, out, err } = await log.run('list');
    expect([status, err]).toEqual([0, '3 of 3 dead letters are listed\n']);
    expect(out.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]{12}Z/g, 'TIME')).toBe(
      [
        '0  TIME  forensic.blocks/3@7  FF_BAD_RECORD  5 bytes\n',
        '1  TIME  forensic.blocks/3@8  FF_TOO_LATE  8 bytes\n',
        '2  TIME  forensic.blocks/3@9  FF_BAD_RECORD  5 bytes\n',
      ].join(''),
    );
  });

  it('list shows the newest ones, or those with a code', async () => {
    expect(await log.run('list', '--limit', '2')).toMatchObject({
      out: expect.stringMatching(/^1 .*\n2 .*\n$/),
      err: '2 of 3 dead letters are listed\n',
    });
    expect(await log.run('list', '--error', 'FF_BAD_RECORD', '--limit', '1')).toMatchObject({
      out: expect.stringMatching(/^2 .*\n$/),
      err: '1 of 2 dead letters are listed\n',
    });
  });

  it('show has every field, and can not do anything to a terminal', async () => {
    const first = await log.run('show', '0');
    expect(first.out).toContain('Error: FF_BAD_RECORD: block part does not parse \\u{1b}[2J\nKey: 13 bytes\n');
    const { status, out } = await log.run('show', '1', '--bytes', '5');
    expect(status).toBe(0);
    expect(out).toMatch(
      /^Letter: 1\nTime: \S+Z\nTopic: forensic\.blocks\nPartition: 3\nOffset: 8\nError: FF_TOO_LATE: came too late\n/,
    );
    expect(out).toContain('Key: 13 bytes\n00000000  2f 66 6f 72 65 ');
    expect(out).toContain(
      'Value: 8 bytes\n00000000  73 65 63 00 6e                                   |sec.n|\n… 3 more bytes (--bytes)\n',
    );
    expect(first.out + out).toMatch(/^[\n -~…]*$/);
  });

  it('show says that there is no such letter', async () => {
    expect(await log.run('show', '3')).toMatchObject({ status: 1, err: expect.stringContaining('no dead letter has offset 3') });
  });

  it('requeue publishes key and value to the partition that they came from', async () => {
    expect(await log.run('requeue', '1')).toMatchObject({
      status: 0,
      err: expect.stringContaining('dead letter 1 is published again'),
    });
    expect(await values(BLOCKS, 3)).toEqual([['/forensic.log', 'sec\u0000nd\u009b']]);
    expect((await log.run('list')).err).toBe('3 of 3 dead letters are listed\n');
  });

  it('requeue --all publishes those with a code, in order, and says how to leave them out the next time', async () => {
    const { status, err } = await log.run('requeue', '--all', '--error', 'FF_BAD_RECORD');
    expect([status, err]).toEqual([
      0,
      "2 dead letters are published again, 0 can't be; they stay in the list: --from 3 leaves them out the next time\n",
    ]);
    expect((await values(BLOCKS, 3)).slice(1)).toEqual([
      ['/forensic.log', 'first'],
      [null, 'third'],
    ]);
    expect((await log.run('requeue', '--all', '--from', '3')).err).toBe("0 dead letters are published again, 0 can't be\n");
    expect(await values(BLOCKS, 3)).toHaveLength(3);
  });

  it('requeue refuses what it would damage or could not place, says why, and goes on', async () => {
    const whole = letter(10, 'whole');
    const cut = deadLetter(
      { topic: BLOCKS, partition: 3 },
      { offset: 1, key: null, value: Buffer.alloc(2 * MAX_RECORD_BYTES) },
      LATE,
    );
    const junk = { key: null, value: Buffer.from([255, 1]) };
    const foreign = letterTo('other\u001b]0;topic', 0, Buffer.from('x'));
    const from = await appendLetters(log, [letter(9, ''), cut, junk, foreign, whole]);
    const { status, err } = await log.run('requeue', '--all', '--from', String(from));
    expect([status, err]).toEqual([
      1,
      [
        '3: not published again: it has no value\n',
        '4: not published again: only a part of its value was kept\n',
        '5: not published again: it is no dead letter\n',
        '6: not published again: its topic is none of ours: other\\u{1b}]0;topic\n',
        "1 dead letters are published again, 4 can't be; they stay in the list: --from 8 leaves them out the next time\n",
      ].join(''),
    ]);
    expect((await values(BLOCKS, 3)).at(-1)).toEqual(['/forensic.log', 'whole']);
    expect((await log.run('list', '--limit', '3')).out).toMatch(
      /^5 .* no dead letter {2}2 bytes\n6 .*other\\u\{1b\}\]0;topic\/0@1 .*\n7 /,
    );
  });

  it('requeue finds a place for what comes from a partition that is gone', async () => {
    const from = await appendLetters(log, [letterTo(SESSION_EVENTS, 4000, Buffer.from('moved'))]);
    expect((await log.run('requeue', String(from))).status).toBe(0);
    const ranges = await log.with((bus) =>
      Promise.all(Array.from({ length: 12 }, (_, partition) => bus.offsets({ topic: SESSION_EVENTS, partition }))),
    );
    const partition = ranges.findIndex(({ end }) => end > 0);
    expect(await values(SESSION_EVENTS, partition)).toEqual([[null, 'moved']]);
  });

  it('many letters are read a few at a time, and come back in their order', async () => {
    const numbers = Array.from({ length: 1200 }, (_, index) => String(index));
    const from = await appendLetters(
      log,
      numbers.map((number) => letterTo(BLOCKS, 4, Buffer.from(number), 'FF_MANY: x')),
    );
    expect((await log.run('list', '--error', 'FF_MANY', '--limit', '2')).err).toBe('2 of 1200 dead letters are listed\n');
    expect((await log.run('requeue', '--all', '--from', String(from))).status).toBe(0);
    expect((await values(BLOCKS, 4)).map(([, value]) => value)).toEqual(numbers);
  });

  it('a record as large as can be comes back whole', async () => {
    const value = Buffer.alloc(850_000, 7);
    const from = await appendLetters(log, [letterTo(BLOCKS, 5, value)]);
    await log.run('requeue', String(from));
    const [record] = await log.with((bus) => readAll(bus, { topic: BLOCKS, partition: 5 }));
    expect(Buffer.from(record!.value).equals(value)).toBe(true);
  });
}

describe('dead-letters of the embedded log', () => {
  describeDeadLetters(embeddedLetterLog);
});

await describeKafkaProcess('dead-letters of Kafka', (kafka) => {
  describeDeadLetters(() => kafkaLetterLog(kafka));
});

describe('dead-letters --data', () => {
  it('makes no log where there is none', async () => {
    const nowhere = join(tmpdir(), 'no-such-recorder');
    const { status, err } = await run(['dead-letters', 'list', '--data', nowhere]);
    expect(status).toBe(1);
    expect(err).toContain(`no embedded log in ${nowhere}/log`);
  });

  it('says that the recorder runs', async () => {
    const log = await embeddedLetterLog();
    await appendLetters(log, []);
    expect(await log.with(() => log.run('list'))).toMatchObject({ status: 1, err: expect.stringContaining('is open elsewhere') });
    await log.stop();
  });
});
