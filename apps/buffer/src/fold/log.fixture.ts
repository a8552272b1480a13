import type { BusRecord } from '@fleet-forensics/shared/bus/port';
import { encodeBatch, encodeTick } from '@fleet-forensics/shared/wire/codec';
import { MessageListReader } from '@fleet-forensics/shared/wire/message-list';
import { MessageListWriter } from '@fleet-forensics/shared/wire/message-list-writer';
import type { Criterion, Policy, SessionBatch, Tick } from '@fleet-forensics/shared/wire/session-event';
import type { Block } from './block.ts';
import { type Effect, PartitionFold } from './partition-fold.ts';

export const POLICY: Policy = {
  bufferSize: 1024,
  bufferBytes: 64 * 1024 * 1024,
  criteria: ['FailedLogin', 'UntimelyDeath'],
  capture: [],
  file: '/forensic.log',
  formats: ['extended'],
  name: '',
  version: 1,
};

export function criterion(name: string, fields: Partial<Criterion> = {}): Criterion {
  return { name, seq: 0, timeUs: 0, detail: '', requestedBy: '', ...fields };
}

export function messageList(texts: readonly (string | Uint8Array)[]): Buffer {
  const writer = new MessageListWriter();
  for (const text of texts) writer.append(3, 5, 0, 0, typeof text === 'string' ? Buffer.from(text) : text);
  return writer.take();
}

export interface BatchFields extends Partial<Omit<SessionBatch, 'messages' | 'messageCount'>> {
  readonly lines?: readonly (string | Uint8Array)[];
}

export function sessionBatch(session: string, { lines = [], ...fields }: BatchFields): SessionBatch {
  return {
    node: 'ftp-1',
    session,
    firstSeq: 0,
    messageCount: lines.length,
    messages: messageList(lines),
    open: false,
    keepAliveS: 0,
    keepAlive: false,
    dropped: 0,
    notCaptured: 0,
    ...fields,
  };
}

/** A partition's log, written record by record. */
export class Log {
  readonly records: BusRecord[] = [];
  #timeMs = 1_000_000;

  batch(session: string, fields: BatchFields): this {
    return this.raw(encodeBatch(sessionBatch(session, fields)));
  }

  tick(tick: Partial<Tick> = {}): this {
    return this.raw(encodeTick({ idleS: 0, dropBefore: 0, ...tick }));
  }

  raw(value: Uint8Array): this {
    this.records.push({ offset: this.records.length, timeMs: this.#timeMs, key: null, value });
    return this;
  }

  /** The last record once more, as a publisher does that got no answer. */
  again(): this {
    return this.raw(this.records.at(-1)!.value);
  }

  pass(seconds: number): this {
    this.#timeMs += seconds * 1000;
    return this;
  }
}

export function foldAll(log: Log, fold = new PartitionFold(0, 0, 0)): Effect[] {
  return log.records.filter(({ offset }) => offset >= fold.position).flatMap((record) => fold.apply(record));
}

export function blocksOf(effects: readonly Effect[]): Block[] {
  return effects.flatMap((effect) => (effect.kind === 'block' ? [effect.block] : []));
}

/** The texts of a block, in order. */
export function linesOf({ messages: list, header }: Block): string[] {
  const reader = new MessageListReader(list);
  const lines: string[] = [];
  while (reader.next()) lines.push(list.toString('latin1', reader.textStart, reader.textEnd));
  return lines.slice(header.skip);
}
