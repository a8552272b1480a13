import type { FileHandle } from 'node:fs/promises';
import type { UtcOffset } from '@fleet-forensics/shared/proftpd/log-clock';
import type { ProftpdLog } from '@fleet-forensics/shared/proftpd/log-entry';
import { NodeLogs, type NodeCounts } from '@fleet-forensics/shared/proftpd/node-logs';
import { eventLine } from '@fleet-forensics/shared/proftpd/session-event';
import type { EventLine } from './event-line.ts';
import { chunksOf, openInput } from './input-file.ts';

export interface LogFile {
  readonly log: ProftpdLog;
  readonly path: string;
}

export interface ProftpdSource {
  readonly events: AsyncGenerator<EventLine>;
  readonly counts: () => NodeCounts;
}

/**
 * The session events of one node's log files, read side by side in bounded memory.
 * Iterating throws ForensicsError FF_UNREADABLE_FILE before the first event if any of the files can't be opened.
 */
export function proftpdEvents(node: string, files: readonly LogFile[], offset: UtcOffset): ProftpdSource {
  const made: EventLine[] = [];
  const logs = new NodeLogs(
    files.map(({ log }) => log),
    offset,
    (event) => made.push({ line: eventLine(node, event) }),
  );
  return { events: readAll(files, logs, made), counts: () => logs.counts };
}

async function* readAll(files: readonly LogFile[], logs: NodeLogs, made: EventLine[]): AsyncGenerator<EventLine> {
  const opened: FileHandle[] = [];
  try {
    const chunks = new Map<ProftpdLog, AsyncGenerator<Buffer>>();
    for (const { log, path } of files) {
      const file = await openInput(path);
      opened.push(file);
      chunks.set(log, chunksOf(file, path));
    }
    for (let log = logs.starving; log !== undefined; log = logs.starving) {
      const { done, value } = await chunks.get(log)!.next();
      if (done) logs.finish(log);
      else logs.push(log, value);
      yield* made.splice(0);
    }
  } finally {
    for (const file of opened) await file.close();
  }
}
