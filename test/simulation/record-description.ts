import { BLOCKS, DEAD_LETTERS, FILINGS, SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import { decodeBlockPart, decodeDeadLetter, decodeFiling, decodeSessionRecord } from '@fleet-forensics/shared/wire/codec';
import type { SessionBatch } from '@fleet-forensics/shared/wire/session-event';
import { nameOf } from './group.ts';

/** A record in a few words, for a trace. */
export function describeRecord(topic: string, partition: number, value: Uint8Array): string {
  const where = nameOf({ topic, partition });
  try {
    return `${where} ${(DESCRIPTIONS[topic] ?? (() => ''))(value)}`;
  } catch {
    return `${where} poison of ${value.length} bytes`;
  }
}

const DESCRIPTIONS: Record<string, (value: Uint8Array) => string> = {
  [SESSION_EVENTS]: (value) => {
    const record = decodeSessionRecord(value);
    if (record.kind === 'tick') return `tick ${JSON.stringify(record.tick)}`;
    if (record.kind === 'batch') return `[${describeBatch(record.batch)}]`;
    const { session, asOf, part, parts } = record.part;
    return `[checkpoint of ${session} as of ${asOf}, ${part + 1}/${parts}]`;
  },
  [BLOCKS]: (value) => {
    const { blockId, part, parts, header } = decodeBlockPart(value);
    const id = Buffer.from(blockId).toString('hex', 0, 4);
    const of =
      header && `, ${header.session} ${header.criterion.name} at ${header.sourceOffset}, ${header.messageCount} messages`;
    return `[block ${id} ${part + 1}/${parts}${of ?? ''}]`;
  },
  [FILINGS]: (value) => {
    const { blockId, file, offset } = decodeFiling(value);
    return `[filing ${Buffer.from(blockId).toString('hex', 0, 4)} ${file} at ${offset}]`;
  },
  [DEAD_LETTERS]: (value) => {
    const { topic, partition, offset, error } = decodeDeadLetter(value);
    return `[letter of ${nameOf({ topic, partition })} offset ${offset}: ${error}]`;
  },
};

function describeBatch(batch: SessionBatch): string {
  const { session, firstSeq, messageCount, policy, criterion, end, keepAlive, keepAliveS, dropped, notCaptured } = batch;
  const words = [session];
  if (messageCount > 0) words.push(firstSeq > 0 ? `seq ${firstSeq}-${firstSeq + messageCount - 1}` : `${messageCount} messages`);
  if (policy) words.push(`policy ${policy.name}/${policy.version} ring ${policy.bufferSize} ${policy.file}`);
  if (batch.context) words.push(`context ${JSON.stringify(batch.context)}`);
  if (criterion) words.push(`${criterion.name} seq ${criterion.seq}`);
  if (end) words.push(`end ${end.reason}`);
  if (keepAlive) words.push('keep-alive');
  if (keepAliveS > 0) words.push(`promises ${keepAliveS} s`);
  if (dropped > 0) words.push(`dropped ${dropped}`);
  if (notCaptured > 0) words.push(`not captured ${notCaptured}`);
  return words.join(', ');
}
