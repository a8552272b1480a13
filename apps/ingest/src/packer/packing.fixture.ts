import type { LogType } from '@fleet-forensics/shared/wire/log-type';
import { MessageListReader } from '@fleet-forensics/shared/wire/message-list';
import { MessageListWriter } from '@fleet-forensics/shared/wire/message-list-writer';
import type { Policy, SessionBatch, SessionContext } from '@fleet-forensics/shared/wire/session-event';
import { Counters } from '../counters.ts';
import { ConstantPolicy, type PolicySource } from '../policy/policy-source.ts';
import type { SessionEvent } from '../session-event.ts';
import { type ClosedBatch, Packer, type PackerBounds } from './packer.ts';
import { Receipt } from './receipt.ts';

export const POLICY: Policy = {
  bufferSize: 1024,
  bufferBytes: 65_536,
  criteria: ['FailedLogin'],
  capture: [],
  file: '/forensic.log',
  formats: ['extended'],
  name: '',
  version: 1,
};

export function message(text: string, seq = 0, type: LogType = 5, session = 's'): SessionEvent {
  const bytes = Buffer.from(text);
  return {
    kind: 'message',
    node: 'n',
    session,
    type,
    level: 7,
    timeUs: 0,
    pid: 0,
    seq,
    text: bytes,
    start: 0,
    end: bytes.length,
  };
}

/** As a module of the FTP server encodes it, among other bytes. */
export function encodedMessage(text: string, seq: number, type: LogType = 5): SessionEvent {
  const writer = new MessageListWriter();
  writer.append(type, 7, 1_795e12, 77, Buffer.from(text));
  const list = Buffer.concat([Buffer.from('before'), writer.take(), Buffer.from('behind')]);
  return { kind: 'encodedMessage', node: 'n', session: 's', type, seq, list, start: 6, end: list.length - 6 };
}

export function criterion(seq = 0, session = 's'): SessionEvent {
  return {
    kind: 'criterion',
    node: 'n',
    session,
    criterion: { name: 'FailedLogin', seq, timeUs: 0, detail: '', requestedBy: '' },
  };
}

export function context(fields: SessionContext): SessionEvent {
  return { kind: 'context', node: 'n', session: 's', context: fields };
}

export function end(session = 's'): SessionEvent {
  return { kind: 'end', node: 'n', session, reason: 'quit' };
}

export function dropped(count: number): SessionEvent {
  return { kind: 'dropped', node: 'n', session: 's', count };
}

/** A packer with a clock that stands still until it is told. */
export class Packing {
  readonly counters = new Counters();
  readonly packer: Packer;
  nowMs = 0;

  constructor(bounds: Partial<PackerBounds> = {}, policies: PolicySource = new ConstantPolicy(POLICY)) {
    const all = { batchLines: 50, batchBytes: 65_536, batchMs: 10, sessions: 100, ...bounds };
    this.packer = new Packer(all, policies, this.counters, () => this.nowMs);
  }

  add(...events: SessionEvent[]): this {
    for (const event of events) this.packer.add(event, new Receipt());
    return this;
  }

  /** The records that closed by themselves. */
  closed(): Packed[] {
    return this.packer.takeClosed().map(packed);
  }

  /** The rest too. */
  all(): Packed[] {
    this.packer.closeAll();
    return this.closed();
  }
}

/** A record with its messages read and all left out that says nothing. */
export type Packed = Partial<Omit<SessionBatch, 'messages' | 'policy'>> & { lines?: string[]; policy?: number };

function packed({ batch }: ClosedBatch): Packed {
  const { node: _node, messages, policy, ...rest } = batch;
  const given = Object.entries(rest).filter(
    ([key, value]) => value !== 0 && value !== false && !(key === 'session' && value === 's'),
  );
  const lines = linesOf(messages);
  return { ...Object.fromEntries(given), ...(lines.length > 0 && { lines }), ...(policy && { policy: policy.version }) };
}

export function linesOf(messages: Uint8Array): string[] {
  const reader = new MessageListReader(messages);
  const lines: string[] = [];
  while (reader.next()) lines.push(Buffer.from(messages).toString('utf8', reader.textStart, reader.textEnd));
  return lines;
}
