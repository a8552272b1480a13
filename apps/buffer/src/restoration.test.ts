import type { Assignment, Consumer } from '@fleet-forensics/shared/bus/port';
import { BufferSettings } from '@fleet-forensics/shared/settings/buffer-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import { expect, it } from 'vitest';
import { encodePosition } from '@fleet-forensics/shared/wire/commit-position';
import { Log, POLICY } from './fold/log.fixture.ts';
import { readinessOf } from './restoration.ts';
import { SessionBuffer } from './session-buffer.ts';

const CONSUMER = { seek: () => {}, commit: async () => {}, heartbeat: async () => {} } as unknown as Consumer;

function assignment(partition: number, committed: Assignment['committed']): Assignment {
  return { topic: SESSION_EVENTS, partition, epoch: 1, begin: 0, end: 2, committed };
}

it('a buffer is not ready, and says so, until it has partitions and their rings are restored', async () => {
  const buffer = new SessionBuffer({
    producer: { send: async () => {} },
    settings: readSettings(BufferSettings, {}),
    warn: (warning) => expect.fail(warning),
    now: () => 0,
  });
  expect(readinessOf(buffer)).toEqual({ isReady: false, why: ['no partitions'] });
  buffer.assigned([assignment(0, { offset: 0, metadata: encodePosition(2) }), assignment(1, null)], CONSUMER);
  expect(readinessOf(buffer)).toEqual({ isReady: false, why: ['restoring 1 of 2 partitions'] });
  const { records } = new Log().batch('s', { policy: POLICY, lines: ['one'] }).batch('s', { lines: ['two'] });
  await buffer.take({ topic: SESSION_EVENTS, partition: 0, epoch: 1, records, end: 2 }, CONSUMER);
  expect(readinessOf(buffer)).toEqual({ isReady: true, why: ['2 partitions'] });
});
