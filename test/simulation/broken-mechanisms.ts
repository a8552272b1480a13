import type { SessionBuffer } from '@fleet-forensics/buffer/session-buffer';
import type { Assignment, Commit, Consumer, ConsumerHandlers, Producer } from '@fleet-forensics/shared/bus/port';
import { sessionKey } from '@fleet-forensics/shared/session-key';
import { SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import { decodeSessionRecord } from '@fleet-forensics/shared/wire/codec';
import { decodePosition, encodePosition } from '@fleet-forensics/shared/wire/commit-position';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import type { Journal } from '@fleet-forensics/writer/journal';
import { INTACT, type Sabotage } from './sabotage.ts';

/** The mechanisms of recovery that can be switched off, one at a time. */
export const BROKEN = {
  /** Blocks computed in a replay are emitted: nothing says how far the one before had come. */
  suppression: { ...INTACT, handlers: (handlers) => ({ ...handlers, assigned: withoutPosition(handlers) }) },
  /** The position is committed as the offset to start from. */
  watermark: { ...INTACT, handlers: withConsumer(committingPosition) },
  /** A checkpoint counts when it is published, not when it is consumed. */
  'checkpoint-placement': { ...INTACT, producer: countingAtPublication },
  /** The journal forgets what was filed. */
  dedupe: { ...INTACT, journal: forgetful },
  /** A batch counts as fetched under the current assignment, whichever it was fetched under. */
  epoch: { ...INTACT, handlers: withoutEpochs },
} as const satisfies Record<string, Sabotage>;

export type Mechanism = keyof typeof BROKEN;

export const MECHANISMS = Object.keys(BROKEN) as Mechanism[];

function withoutPosition(handlers: ConsumerHandlers): ConsumerHandlers['assigned'] {
  const forget = (assignment: Assignment): Assignment => {
    const { committed } = assignment;
    return { ...assignment, committed: committed && { ...committed, metadata: encodePosition(committed.offset) } };
  };
  return (assignments, consumer) => handlers.assigned(assignments.map(forget), consumer);
}

function withConsumer(replaced: (consumer: Consumer) => Consumer) {
  return (handlers: ConsumerHandlers): ConsumerHandlers => ({
    ...handlers,
    assigned: (assignments, consumer) => handlers.assigned(assignments, replaced(consumer)),
  });
}

function committingPosition(consumer: Consumer): Consumer {
  return {
    seek: (partition, offset) => consumer.seek(partition, offset),
    pause: (partition) => consumer.pause(partition),
    resume: (partition) => consumer.resume(partition),
    heartbeat: () => consumer.heartbeat(),
    close: () => consumer.close(),
    commit: (ownership, { offset, metadata }: Commit) =>
      consumer.commit(ownership, { offset: decodePosition(metadata) ?? offset, metadata }),
  };
}

function countingAtPublication(producer: Producer, buffer: () => SessionBuffer): Producer {
  return {
    send: (topic, records) => {
      for (const { value } of topic === SESSION_EVENTS ? records : []) {
        const record = decodeSessionRecord(value);
        if (record.kind === 'checkpoint') countAtOnce(buffer(), record.part);
      }
      return producer.send(topic, records);
    },
  };
}

function countAtOnce(buffer: SessionBuffer, { node, session, asOf }: { node: string; session: string; asOf: number }): void {
  for (const { fold } of buffer.owners) {
    for (const held of fold.sessions()) {
      if (held.session.key === sessionKey(node, session)) held.raise(asOf + 1, fold.bytes);
    }
  }
}

function forgetful(journal: Journal): Journal {
  const known = (filing: Filing) => journal.filing(filing.blockId) !== undefined;
  return new Proxy(journal, {
    get: (target, name) => {
      if (name === 'filing') return () => undefined;
      if (name === 'add') return (filing: Filing) => known(filing) || target.add(filing);
      const method = Reflect.get(target, name, target) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => method.apply(target, args);
    },
  });
}

function withoutEpochs(handlers: ConsumerHandlers): ConsumerHandlers {
  const epochs = new Map<number, number>();
  return {
    ...handlers,
    assigned: (assignments, consumer) => {
      for (const { partition, epoch } of assignments) epochs.set(partition, epoch);
      return handlers.assigned(assignments, consumer);
    },
    batch: (batch, consumer) => handlers.batch({ ...batch, epoch: epochs.get(batch.partition) ?? batch.epoch }, consumer),
  };
}
