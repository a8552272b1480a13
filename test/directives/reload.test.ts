import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Block } from '@fleet-forensics/buffer/fold/block';
import { PartitionFold } from '@fleet-forensics/buffer/fold/partition-fold';
import { Packer } from '@fleet-forensics/ingest/packer/packer';
import { Receipt } from '@fleet-forensics/ingest/packer/receipt';
import type { PolicyFile } from '@fleet-forensics/ingest/policy/policy-file';
import type { SessionEvent } from '@fleet-forensics/ingest/session-event';
import { encodeBatch, encodeTick } from '@fleet-forensics/shared/wire/codec';
import { LogType } from '@fleet-forensics/shared/wire/log-type';
import { MessageListReader } from '@fleet-forensics/shared/wire/message-list';
import { ScratchPolicy } from '../../apps/ingest/src/policy/scratch-policy.fixture.ts';

const ON = 'ForensicLogEngine on\nForensicLogFile /forensic.log\n';
const OF = { node: 'ftp-1', session: 's' };

/** A session from its source to its blocks: the packer and the fold as they run, on a policy file that may be read again. */
class Pipeline {
  readonly scratch: ScratchPolicy;
  readonly #file: PolicyFile;
  readonly #packer: Packer;
  readonly #fold = new PartitionFold(0, 0, 0);
  /** Ticks among them. */
  records = 0;
  #seq = 0;
  #timeMs = 0;

  constructor(policy: string) {
    this.scratch = new ScratchPolicy(policy);
    this.#file = this.scratch.open();
    const bounds = { batchLines: 50, batchBytes: 65_536, batchMs: 10, sessions: 100 };
    this.#packer = new Packer(bounds, this.#file, this.scratch.counters, () => 0);
  }

  /** Numbered messages. */
  say(texts: readonly string[], type: LogType = LogType.TraceLog): void {
    for (const text of texts) {
      const bytes = Buffer.from(text);
      this.#seq += 1;
      const message = { kind: 'message', ...OF, type, level: 7, timeUs: 0, pid: 1, seq: this.#seq } as const;
      this.#add({ ...message, text: bytes, start: 0, end: bytes.length });
    }
    this.#publish();
  }

  open(keepAliveS: number): void {
    this.#add({ kind: 'open', ...OF, context: {}, keepAliveS });
    this.#publish();
  }

  keepAlive(): void {
    this.#add({ kind: 'keepAlive', ...OF });
    this.#publish();
  }

  end(): void {
    this.#add({ kind: 'end', ...OF, reason: 'logout' });
    this.#publish();
  }

  /** Blocks of what is found out when so much time has passed. */
  tickAfter(seconds: number): Block[] {
    this.#timeMs += 1000 * seconds;
    return this.#apply(encodeTick({ idleS: 3600, dropBefore: 0 }));
  }

  get liveSessions(): number {
    return this.#fold.sessionCount;
  }

  learn(serverName: string): void {
    this.#add({ kind: 'context', ...OF, context: { serverName } });
    this.#publish();
  }

  reload(policy: string): void {
    this.scratch.write(policy);
    this.#file.reload();
  }

  /** A login fails. */
  fail(): { lines: string[]; block: Block } | undefined {
    this.#seq += 1;
    this.#add({
      kind: 'criterion',
      ...OF,
      criterion: { name: 'FailedLogin', seq: this.#seq, timeUs: 0, detail: '', requestedBy: '' },
    });
    const [block] = this.#publish();
    return block && { block, lines: linesOf(block) };
  }

  #add(event: SessionEvent): void {
    this.#packer.add(event, new Receipt());
  }

  #publish(): Block[] {
    this.#packer.closeAll();
    return this.#packer.takeClosed().flatMap(({ batch }) => this.#apply(encodeBatch(batch)));
  }

  #apply(value: Uint8Array): Block[] {
    this.records += 1;
    const record = { offset: this.#fold.position, timeMs: this.#timeMs, key: null, value };
    return this.#fold.apply(record).flatMap((effect) => (effect.kind === 'block' ? [effect.block] : []));
  }
}

function linesOf({ messages, header }: Block): string[] {
  const reader = new MessageListReader(messages);
  const lines: string[] = [];
  while (reader.next()) lines.push(Buffer.from(messages).toString('utf8', reader.textStart, reader.textEnd));
  return lines.slice(header.skip);
}

describe('a session that lives across a reload', () => {
  let pipeline: Pipeline;
  beforeEach(() => {
    pipeline = new Pipeline(ON);
    pipeline.say(['a', 'b', 'c']);
  });
  afterEach(() => pipeline.scratch.remove());

  it('keeps its ring, and is filed under the new policy', () => {
    pipeline.reload(`${ON.replace('/forensic.log', '/new.log')}ForensicLogFormat ecs`);
    pipeline.say(['d']);
    const filed = pipeline.fail();
    expect(filed?.lines).toEqual(['a', 'b', 'c', 'd']);
    expect(filed?.block.header).toMatchObject({
      file: '/new.log',
      formats: ['ecs'],
      ledger: { received: 4, evicted: 0, missing: 0 },
    });
  });

  it('keeps what a smaller buffer has room for, and counts the rest as evicted', () => {
    pipeline.reload(`${ON}ForensicLogBufferSize 2`);
    pipeline.say(['d']);
    const filed = pipeline.fail();
    expect(filed?.lines).toEqual(['c', 'd']);
    expect(filed?.block.header.ledger).toMatchObject({ received: 4, missing: 0 });
  });

  it('is captured anew from then on; what is no longer captured does not count as missing', () => {
    pipeline.reload(`${ON}ForensicLogCapture syslog`);
    pipeline.say(['trace']);
    pipeline.say(['sys'], LogType.syslog);
    pipeline.reload(ON);
    pipeline.say(['trace again']);
    const filed = pipeline.fail();
    expect(filed?.lines).toEqual(['a', 'b', 'c', 'sys', 'trace again']);
    expect(filed?.block.header.ledger).toMatchObject({ received: 5, missing: 0 });
  });

  it('is filed no more under criteria that are gone', () => {
    pipeline.reload(`${ON}ForensicLogCriteria ModuleConfig`);
    expect(pipeline.fail()).toBeUndefined();
    pipeline.reload(ON);
    expect(pipeline.fail()?.lines).toEqual(['a', 'b', 'c']);
  });

  it('without a ForensicLogFile is filed no more, and loses nothing by it', () => {
    pipeline.reload('ForensicLogEngine on');
    pipeline.say(['d']);
    expect(pipeline.fail()).toBeUndefined();
    pipeline.reload(ON);
    expect(pipeline.fail()?.lines).toEqual(['a', 'b', 'c', 'd']);
  });

  it('with the engine off publishes nothing more; what it had is filed when the engine is on again, and the gap shows', () => {
    pipeline.reload('ForensicLogEngine off');
    pipeline.say(['unseen']);
    expect(pipeline.fail()).toBeUndefined();
    pipeline.reload(ON);
    pipeline.say(['d']);
    const filed = pipeline.fail();
    expect(filed?.lines).toEqual(['a', 'b', 'c', 'd']);
    expect(filed?.block.header.ledger.missing).toBe(2);
  });

  it('with the engine off still ends, so that its ring does not wait for hours, and is known to be alive', () => {
    pipeline.open(5);
    pipeline.reload('ForensicLogEngine off');
    for (let seconds = 0; seconds < 60; seconds += 10) {
      pipeline.keepAlive();
      expect(pipeline.tickAfter(10)).toEqual([]);
    }
    expect(pipeline.liveSessions).toBe(1);
    pipeline.end();
    expect(pipeline.liveSessions).toBe(0);
  });

  it('that began with the engine off is never published', () => {
    pipeline.end();
    pipeline.reload('ForensicLogEngine off');
    pipeline.open(5);
    pipeline.say(['unseen']);
    pipeline.keepAlive();
    pipeline.end();
    expect([pipeline.liveSessions, pipeline.records]).toEqual([0, 2]);
  });

  it('stays under the old policy if the new one is wrong', () => {
    pipeline.reload(`${ON}ForensicLogBufferSize none`);
    pipeline.say(['d']);
    expect(pipeline.fail()?.lines).toEqual(['a', 'b', 'c', 'd']);
  });

  it('keeps its ring whatever other servers come and go; one that HOST leads to another server begins anew, as upstream', () => {
    const other = `<VirtualHost 192.0.2.1>\nServerAlias ftp.example.org\n${ON.replace('/forensic.log', '/example.log')}</VirtualHost>\n`;
    pipeline.reload(ON + other);
    pipeline.say(['d']);
    pipeline.learn('ftp.example.org');
    pipeline.say(['e']);
    const filed = pipeline.fail();
    expect(filed?.lines).toEqual(['e']);
    expect(filed?.block.header).toMatchObject({ file: '/example.log', ledger: { evicted: 4 } });
  });
});
