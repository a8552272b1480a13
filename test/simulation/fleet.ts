import type { OutgoingRecord } from '@fleet-forensics/shared/bus/port';
import { sessionKey } from '@fleet-forensics/shared/session-key';
import { encodeBatch } from '@fleet-forensics/shared/wire/codec';
import type { Choices } from './choices.ts';
import type { Scenario } from './scenario.ts';
import { NODE, PublishedSession, emptyBatch } from './published-session.ts';

/** Requests that may be sent again. */
const MAX_REMEMBERED = 12;

/** The publishers: the records of their sessions, request by request, some sent again in whole or in part. */
export class Fleet {
  /** Of every session that there ever was. */
  readonly names: string[] = [];
  readonly #scenario: Scenario;
  #live: PublishedSession[] = [];
  #requests: (readonly OutgoingRecord[])[] = [];

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  /** What arrives at the log with the next request. */
  request(choices: Choices): readonly OutgoingRecord[] {
    const earlier = choices.chance(8) ? choices.pickAny(this.#requests) : undefined;
    if (earlier) return earlier.slice(choices.below(earlier.length));
    const count = choices.between(1, 3);
    const records = Array.from({ length: count }, () => this.#record(choices));
    this.#requests = [...this.#requests, records].slice(-MAX_REMEMBERED);
    // No answer came to the first attempt, which got as far as this.
    if (choices.chance(10)) return [...records.slice(0, choices.between(1, count)), ...records];
    return records;
  }

  /** An operator asks every session for its ring; the ones that are gone have none. */
  demands(): OutgoingRecord[] {
    const criterion = { name: 'OnDemand', seq: 0, timeUs: 0, detail: '', requestedBy: 'simulation' };
    return this.names.map((name) => recordOf(name, encodeBatch({ ...emptyBatch(name), criterion })));
  }

  #record(choices: Choices): OutgoingRecord {
    const session = this.#session(choices);
    // It ends, or nobody ever hears of it again.
    if (choices.chance(this.#scenario.leavingPercent)) {
      this.#live = this.#live.filter((other) => other !== session);
      return recordOf(session.name, choices.chance(50) ? session.end(choices) : session.messages(choices, false));
    }
    return recordOf(session.name, this.#value(session, choices));
  }

  #value(session: PublishedSession, choices: Choices): Buffer {
    switch (choices.below(20)) {
      case 19:
        return Buffer.from('poison');
      case 18:
        return session.damaged(choices);
      case 17:
        return session.newPolicy(choices);
      case 16:
        return session.keepAlive();
      case 15:
      case 14:
      case 13:
        return session.messages(choices, true);
      default:
        return session.messages(choices, false);
    }
  }

  #session(choices: Choices): PublishedSession {
    if (this.#live.length === 0 || (this.#live.length < this.#scenario.publishedSessions && choices.chance(25))) {
      const name = `s${this.names.length + 1}`;
      this.names.push(name);
      this.#live.push(new PublishedSession(name, choices, this.#scenario));
      return this.#live.at(-1)!;
    }
    return choices.pick(this.#live);
  }
}

function recordOf(name: string, value: Buffer): OutgoingRecord {
  return { key: Buffer.from(sessionKey(NODE, name)), value };
}
