import { encodeBatch } from '@fleet-forensics/shared/wire/codec';
import { MAX_RING_BYTES } from '@fleet-forensics/shared/wire/limits';
import { LogType } from '@fleet-forensics/shared/wire/log-type';
import { MessageListWriter } from '@fleet-forensics/shared/wire/message-list-writer';
import type { Policy, SessionBatch, SessionContext } from '@fleet-forensics/shared/wire/session-event';
import type { Choices } from './choices.ts';
import type { Scenario } from './scenario.ts';

export const NODE = 'ftp-1';

const FILES = ['/forensic.log', '/tenant/a.log', '/tenant/../b.log'];
const CRITERIA = ['FailedLogin', 'UntimelyDeath', 'ModuleConfig'];
/** Overhead of an encoded message and its text without padding, some bytes over. */
const SHORT_BYTES = 40;
const LONG_BYTES = 60_000;

type Fields = Partial<SessionBatch>;

/** An FTP session as its publisher sees it: it numbers, promises and stamps as it likes, within what the wire format allows. */
export class PublishedSession {
  readonly name: string;
  readonly #isNumbered: boolean;
  readonly #keepAliveS: number;
  readonly #hasLongMessages: boolean;
  readonly #maxRing: number;
  readonly #lineBytes: number;
  readonly #maxLines: number;
  #policy: Policy;
  #isStamped = false;
  #nextSeq = 1;
  #lines = 0;

  constructor(name: string, choices: Choices, { hasLongMessages, maxRing, lineBytes }: Scenario) {
    this.#maxRing = maxRing;
    this.name = name;
    this.#isNumbered = !choices.chance(25);
    this.#keepAliveS = choices.pick([0, 0, 3, 20]);
    this.#hasLongMessages = hasLongMessages && choices.chance(20);
    this.#lineBytes = this.#hasLongMessages ? LONG_BYTES : lineBytes;
    this.#maxLines = this.#hasLongMessages || this.#lineBytes === 0 ? 6 : 2;
    this.#policy = this.#newPolicy(choices, 'main', 1);
  }

  messages(choices: Choices, hasCriterion: boolean): Buffer {
    this.#skip(choices);
    // Ingest stamps a session again that it has not seen for a while.
    if (choices.chance(20)) this.#isStamped = false;
    const notCaptured = choices.chance(10) ? choices.between(1, 3) : 0;
    const firstSeq = this.#nextSeq + notCaptured;
    const count = choices.between(hasCriterion ? 0 : 1, this.#maxLines);
    const list = this.#list(count);
    this.#nextSeq = firstSeq + count;
    const fields: Fields = {
      notCaptured: this.#isNumbered ? notCaptured : 0,
      ...(this.#isNumbered && count > 0 && { firstSeq }),
      messageCount: count,
      messages: list,
      ...(choices.chance(10) && { dropped: choices.between(1, 5) }),
      ...(choices.chance(15) && { context: contextOf(choices) }),
    };
    return this.#batch(hasCriterion ? { ...fields, ...this.#criterion(choices) } : fields);
  }

  end(choices: Choices): Buffer {
    return this.#batch({ end: { reason: choices.pick(['quit', 'timeout', 'killed']) } });
  }

  keepAlive(): Buffer {
    return this.#batch({ keepAlive: true });
  }

  /** HOST: another server's policy; or a new version of the same. */
  newPolicy(choices: Choices): Buffer {
    const { name, version } = this.#policy;
    const isOther = choices.chance(50);
    this.#policy = this.#newPolicy(choices, isOther ? `${name}+` : name, isOther ? version : version + 1);
    this.#isStamped = false;
    return this.#batch({});
  }

  /** Says it holds messages, and holds none. */
  damaged(choices: Choices): Buffer {
    const count = choices.between(1, 3);
    const firstSeq = this.#isNumbered ? { firstSeq: this.#nextSeq } : {};
    this.#nextSeq += count;
    return this.#batch({ ...firstSeq, messageCount: count, messages: Buffer.from('damaged') });
  }

  /** Numbers that never arrive. */
  #skip(choices: Choices): void {
    if (choices.chance(8)) this.#nextSeq += choices.between(1, 4);
  }

  #criterion(choices: Choices): Fields {
    const seq = this.#isNumbered ? this.#nextSeq++ : 0;
    const name = choices.pick(CRITERIA);
    this.#isStamped = false;
    return {
      criterion: { name, seq, timeUs: 0, detail: '', requestedBy: '' },
      ...(choices.chance(5) && { end: { reason: 'quit' } }),
    };
  }

  #batch(fields: Fields): Buffer {
    const open = this.#lines === 0;
    const policy = this.#isStamped ? {} : { policy: this.#policy };
    this.#isStamped = true;
    return encodeBatch({ ...emptyBatch(this.name), keepAliveS: this.#keepAliveS, open, ...policy, ...fields });
  }

  #list(count: number): Buffer {
    const writer = new MessageListWriter();
    for (let line = 0; line < count; line++) {
      const text = `${this.name} line ${(this.#lines += 1)} `;
      writer.append(LogType.TraceLog, 7, 1_795_000_000_000_000 + this.#lines, 0, Buffer.from(text.padEnd(this.#lineBytes, '.')));
    }
    return writer.take();
  }

  #newPolicy(choices: Choices, name: string, version: number): Policy {
    return {
      bufferSize: this.#hasLongMessages ? 18 : choices.between(1, this.#maxRing),
      bufferBytes: choices.pick([MAX_RING_BYTES, MAX_RING_BYTES, 2 * (SHORT_BYTES + this.#lineBytes)]),
      criteria: CRITERIA.filter(() => choices.chance(80)),
      capture: [],
      file: choices.below(20) === 19 ? FILES[2]! : choices.pick(FILES.slice(0, 2)),
      formats: choices.pick([[], ['compatible']]),
      name,
      version,
    };
  }
}

/** A record that says nothing of a session but that it lives. */
export function emptyBatch(session: string): SessionBatch {
  return {
    node: NODE,
    session,
    firstSeq: 0,
    messageCount: 0,
    messages: Buffer.alloc(0),
    open: false,
    keepAliveS: 0,
    keepAlive: false,
    dropped: 0,
    notCaptured: 0,
  };
}

function contextOf(choices: Choices): SessionContext {
  const changes: SessionContext[] = [{ user: 'alice' }, { user: 'bob', uid: 1001 }, { totalBytesIn: choices.below(1000) }];
  return choices.pick(changes);
}
