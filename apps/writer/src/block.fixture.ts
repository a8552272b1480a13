import { createHash } from 'node:crypto';
import type { BlockHeader } from '@fleet-forensics/shared/wire/block';
import type { LogType } from '@fleet-forensics/shared/wire/log-type';
import { MessageListWriter } from '@fleet-forensics/shared/wire/message-list-writer';
import type { WholeBlock } from './whole-block.ts';

/** A message as a test writes it down; latin1, so that every byte can be named. */
export interface Line {
  readonly type?: LogType;
  readonly level?: number;
  readonly pid?: number;
  readonly text: string | Uint8Array;
}

export function messageList(lines: readonly Line[]): Buffer {
  const writer = new MessageListWriter();
  lines.forEach(({ type = 5, level = 7, pid = 16044, text }, index) => {
    const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
    writer.append(type, level, 1_795_422_257_266_000 + index, pid, bytes);
  });
  return writer.take();
}

/** A header for `messageCount` messages that all arrived. */
export function blockHeader(messageCount: number, changes: Partial<BlockHeader> = {}): BlockHeader {
  return {
    node: 'ftp-eu-1',
    session: '1795422257266-16044',
    criterion: { name: 'FailedLogin', seq: messageCount, timeUs: 0, detail: '', requestedBy: '' },
    context: { clientAddress: '127.0.0.1', protocol: 'ftp' },
    file: '/forensic.log',
    formats: [],
    ledger: {
      firstSeq: 1,
      lastSeq: messageCount,
      received: messageCount,
      evicted: 0,
      missing: 0,
      repeated: 0,
      droppedAtSource: 0,
      criteriaFired: 1,
    },
    sourceTopic: 'forensic.session-events',
    sourcePartition: 0,
    sourceOffset: 0,
    messageCount,
    skip: 0,
    ...changes,
  };
}

/** A block id of its own for each name. */
export function blockId(name: string): Buffer {
  return createHash('sha256').update(name).digest().subarray(0, 16);
}

/** A block and its only list of messages. */
export interface ListedBlock extends WholeBlock {
  readonly messages: Uint8Array;
}

/** A block of two messages that name it, as it comes out of its parts. */
export function wholeBlock(name: string, file: string, changes: Partial<BlockHeader> = {}): ListedBlock {
  return listedBlock(name, messageList([{ text: `first of ${name}` }, { text: `second of ${name}` }]), {
    ...blockHeader(2, { file }),
    ...changes,
  });
}

export function listedBlock(name: string, messages: Uint8Array, header: BlockHeader): ListedBlock {
  const id = blockId(name);
  const parts = { listBytes: messages.length, lists: () => [messages], offsets: [], records: () => [] };
  return { id: id.toString('hex'), blockId: id, header, timeMs: 1_795_422_257_266, messages, ...parts };
}
