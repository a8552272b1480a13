import { PartitionFold } from '@fleet-forensics/buffer/fold/partition-fold';
import { startIngest } from '@fleet-forensics/ingest/ingest-app';
import { policyOfSettings } from '@fleet-forensics/ingest/policy/policy-of-settings';
import { ConstantPolicy } from '@fleet-forensics/ingest/policy/policy-source';
import type { OutgoingRecord, Producer } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { IngestSettings, PolicySettings } from '@fleet-forensics/shared/settings/ingest-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { MessageListReader } from '@fleet-forensics/shared/wire/message-list';
import { expect, it } from 'vitest';
import { post } from './recorder-process.ts';

/** A log that is full for one send and takes all the others. */
class FlakyLog implements Producer {
  readonly records: OutgoingRecord[] = [];
  readonly #failing: number;
  #sends = 0;

  constructor(failing: number) {
    this.#failing = failing;
  }

  async send(_topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    const isFull = this.#sends++ === this.#failing;
    await new Promise((resolve) => setImmediate(resolve));
    if (isFull) throw new ForensicsError('FF_LOG_UNAVAILABLE', 'disk full');
    this.records.push(...records);
  }
}

const LINES = 20_000;

/** One long request, as numbered events; its records take many sends. */
const EVENTS = [
  ...Array.from({ length: LINES }, (_, index) => ({
    node: 'ftp-1',
    session: 's',
    type: 'SystemLog',
    level: 5,
    message: `line ${index + 1}`,
    seq: index + 1,
  })),
  { node: 'ftp-1', session: 's', context: { attemptedUser: 'tj' } },
  { node: 'ftp-1', session: 's', criterion: 'FailedLogin', seq: LINES + 1 },
];

it.each([0, 1, 2])(
  'a request that is refused because send %i of it failed is filed whole when it comes again',
  async (failing) => {
    const log = new FlakyLog(failing);
    const { app, url } = await startIngest({
      node: 'ftp-1',
      bus: { producer: () => log },
      settings: readSettings(IngestSettings, { FF_INGEST_PORT: '0' }),
      policies: new ConstantPolicy(policyOfSettings(readSettings(PolicySettings, { FF_BUFFER_SIZE: String(LINES) }))),
      warn: () => {},
    });
    const statuses = [(await post(url, EVENTS)).status];
    while (statuses.at(-1) !== 202 && statuses.length < 3) statuses.push((await post(url, EVENTS)).status);
    await app.close();
    expect(statuses).toEqual([503, 202]);

    const fold = new PartitionFold(0, 0, 0);
    const blocks = log.records.flatMap(({ value }, offset) =>
      fold.apply({ offset, timeMs: 0, key: null, value }).flatMap((effect) => (effect.kind === 'block' ? [effect.block] : [])),
    );
    expect(blocks).toHaveLength(1);
    expect(blocks[0]!.header).toMatchObject({ context: { attemptedUser: 'tj' }, ledger: { received: LINES, missing: 0 } });
    const reader = new MessageListReader(blocks[0]!.messages);
    for (let line = 1; reader.next(); line++) {
      expect(blocks[0]!.messages.toString('utf8', reader.textStart, reader.textEnd)).toBe(`line ${line}`);
    }
  },
);
