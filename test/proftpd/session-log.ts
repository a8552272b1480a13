import { join } from 'node:path';
import { EmbeddedLog } from '@fleet-forensics/shared/bus/embedded/embedded-log';
import { SESSION_EVENTS, TOPICS } from '@fleet-forensics/shared/topics';
import { decodeSessionRecord } from '@fleet-forensics/shared/wire/codec';
import type { LogType } from '@fleet-forensics/shared/wire/log-type';
import { MessageListReader } from '@fleet-forensics/shared/wire/message-list';
import type { SessionBatch } from '@fleet-forensics/shared/wire/session-event';
import { readAll } from '../../libs/shared/src/bus/embedded/scratch-log.fixture.ts';

export interface LoggedMessage {
  readonly type: LogType;
  readonly level: number;
  readonly pid: number;
  /** As latin-1. */
  readonly text: string;
}

/** A session as it lies on the log. */
export interface LoggedSession {
  readonly messages: LoggedMessage[];
  /** In order. */
  readonly criteria: string[];
  /** Reasons; more than one: it ended more than once. */
  readonly ends: string[];
}

/** By name: every session of a recorder that has ended. @param dataDir its FF_DATA_DIR */
export async function loggedSessions(dataDir: string): Promise<Map<string, LoggedSession>> {
  const sessions = new Map<string, LoggedSession>();
  const log = new EmbeddedLog({ dir: join(dataDir, 'log') });
  try {
    const { partitions } = TOPICS.find(({ name }) => name === SESSION_EVENTS)!;
    for (let partition = 0; partition < partitions; partition++) {
      for (const { value } of await readAll(log, { topic: SESSION_EVENTS, partition })) {
        const record = decodeSessionRecord(value);
        if (record.kind === 'batch') add(sessions, record.batch);
      }
    }
  } finally {
    await log.close();
  }
  return sessions;
}

function add(sessions: Map<string, LoggedSession>, { session: name, messages, criterion, end }: SessionBatch): void {
  const session = sessions.get(name) ?? { messages: [], criteria: [], ends: [] };
  sessions.set(name, session);
  const reader = new MessageListReader(messages);
  while (reader.next()) {
    const { type, level, pid, textStart, textEnd } = reader;
    session.messages.push({ type, level, pid, text: Buffer.from(messages.subarray(textStart, textEnd)).toString('latin1') });
  }
  if (criterion) session.criteria.push(criterion.name);
  if (end) session.ends.push(end.reason);
}
