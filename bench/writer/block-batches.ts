import { createHash } from 'node:crypto';
import type { Batch } from '@fleet-forensics/shared/bus/port';
import type { BlockHeader } from '@fleet-forensics/shared/wire/block';
import { encodeBlockPart } from '@fleet-forensics/shared/wire/codec';
import { MessageListWriter } from '@fleet-forensics/shared/wire/message-list-writer';

/** Lines of a failed login with debug logging, whose block has 24 KB. */
const LINES = 280;

function failedLogin(): Buffer {
  const list = new MessageListWriter();
  for (let line = 0; line < LINES; line++) {
    const text = `<command:9>: dispatching CMD command 'PASS (hidden)' to mod_auth_${line}`;
    list.append(line % 4 === 0 ? 2 : 5, 9, 1_795_422_257_266_000 + line, 16_044, Buffer.from(text));
  }
  return list.take();
}

function headerOf(messageCount: number, formats: readonly string[]): BlockHeader {
  const counts = { evicted: 0, missing: 0, repeated: 0, droppedAtSource: 0, criteriaFired: 1 };
  return {
    node: 'ftp-eu-1',
    session: '1795422257266-16044',
    criterion: { name: 'FailedLogin', seq: messageCount, timeUs: 1_795_422_257_266_000, detail: '', requestedBy: '' },
    context: { clientAddress: '127.0.0.1', protocol: 'ftp', attemptedUser: 'tj' },
    file: '/forensic.log',
    formats,
    ledger: { firstSeq: 1, lastSeq: messageCount, received: messageCount, ...counts },
    sourceTopic: 'forensic.session-events',
    sourcePartition: 0,
    sourceOffset: 0,
    messageCount,
    skip: 0,
  };
}

/**
 * Batches of failed logins, as they are fetched from a partition whose blocks are for one file.
 * @param bytes about so many in all
 */
export function failedLogins(partition: number, bytes: number, batchBytes: number): Batch[] {
  const messages = failedLogin();
  const file = `/node-${partition}.log`;
  const header = { ...headerOf(LINES, []), file };
  const batches: Batch[] = [];
  const perBatch = Math.floor(batchBytes / messages.length);
  const batchCount = Math.ceil(bytes / batchBytes);
  for (let index = 0, offset = 0; index < batchCount; index++) {
    const records = Array.from({ length: perBatch }, () => {
      const blockId = createHash('sha256').update(`${partition}/${offset}`).digest().subarray(0, 16);
      const value = encodeBlockPart({ blockId, part: 0, parts: 1, header, messages });
      return { offset: offset++, timeMs: 1_795_422_257_266, key: Buffer.from(file), value };
    });
    batches.push({ topic: 'forensic.blocks', partition, epoch: 1, records, end: offset });
  }
  return batches;
}
