import type { SessionEvent } from '../../session-event.ts';
import { CriterionNames } from '../../policy/criterion-names.ts';
import { linesOf } from '../../packer/packing.fixture.ts';
import { FrameReader } from './frame-reader.ts';
import { NodeSession } from './node-session.ts';
import { SocketCounters } from './socket-counters.ts';

/** A message event in short: its number and its text. */
type Told = readonly [seq: number, text: string] | Record<string, unknown>;

/** A session that is told frames, and what it made of them. */
export class ToldSession {
  readonly counters = new SocketCounters();
  readonly told: Told[] = [];
  readonly #reader = new FrameReader();
  #session: NodeSession | null = null;

  constructor(...said: readonly Uint8Array[]) {
    this.say(...said);
  }

  get session(): NodeSession {
    return this.#session!;
  }

  say(...said: readonly Uint8Array[]): this {
    this.#reader.take(Buffer.concat(said));
    while (this.#reader.next()) {
      if (this.#session) this.#session.take(this.#reader);
      else this.#session = this.#open();
    }
    return this;
  }

  /** What was told since the last call. */
  take(): Told[] {
    return this.told.splice(0);
  }

  #open(): NodeSession {
    return new NodeSession(this.#reader, {
      node: 'ftp-1',
      bounds: { nameBytes: 64, messageBytes: 1000 },
      criteria: new CriterionNames([]),
      counters: this.counters,
      sink: { add: (event) => this.#add(event) },
      nowUs: () => 42,
      claim: () => {},
    });
  }

  #add(event: SessionEvent): boolean {
    if (event.kind === 'encodedMessage') {
      this.told.push([event.seq, linesOf(event.list.subarray(event.start, event.end)).join('')]);
      return true;
    }
    const { node: _node, session: _session, ...rest } = event;
    this.told.push(rest);
    return true;
  }
}
