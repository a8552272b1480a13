import { setImmediate as nextTurn } from 'node:timers/promises';
import type { IngestSettings } from '@fleet-forensics/shared/settings/ingest-settings';
import type { Counters } from '../../counters.ts';
import type { Publisher } from '../../packer/publisher.ts';
import { Receipt } from '../../packer/receipt.ts';
import type { CriterionNames } from '../../policy/criterion-names.ts';
import type { EventSink } from '../../session-event.ts';
import { BatchEvents } from './batch-events.ts';
import type { EventItems } from './event-items.ts';
import { overloaded } from './events-gate.ts';
import { EventLine } from './json/event-line.ts';
import { JsonArray } from './json/json-array.ts';
import { JsonEvents } from './json/json-events.ts';
import { NdjsonLines } from './json/ndjson-lines.ts';
import { Problem, type Rejection } from './problem.ts';
import type { Refusal } from './refusal.ts';
import type { BodyType } from './request-envelope.ts';

/** Longest that one body keeps the event loop before others get their turn. */
const TURN_MS = 5;

/** Items between two looks at the clock. */
const ITEMS_PER_LOOK = 64;

const SEQ_NOT_ABOVE: Refusal = {
  code: 'seq_not_above',
  error: 'seq: is that of the message before: a criterion has a number of its own, messages and criteria share one numbering',
};

/** What a publisher is told when its events are durable. */
export interface Taken {
  readonly accepted: number;
  /** The first of them: `FF_INGEST_REJECTIONS_SHOWN`. */
  readonly rejected: readonly Rejection[];
  readonly rejectedCount: number;
}

/** Takes the events of a body. */
export class EventIntake {
  readonly #settings: IngestSettings;
  readonly #criteria: CriterionNames;
  readonly #publisher: Publisher;
  readonly #counters: Counters;
  readonly #line: EventLine;

  constructor(settings: IngestSettings, criteria: CriterionNames, publisher: Publisher, counters: Counters) {
    this.#settings = settings;
    this.#criteria = criteria;
    this.#publisher = publisher;
    this.#counters = counters;
    this.#line = new EventLine(settings, criteria);
  }

  /**
   * Resolves when every good item of the body is durable.
   * @param isUrgentOnly refuse the body if it holds a message
   * @throws Problem 400 if nothing in it is good, 429; what the log threw, if it can't be written
   */
  async take(body: Buffer, type: BodyType, isUrgentOnly: boolean): Promise<Taken> {
    if (isUrgentOnly && this.#holdsMessage(this.#itemsOf(body, type))) throw overloaded(this.#counters);
    const receipt = new Receipt();
    const taken = await this.#pack(this.#itemsOf(body, type), receipt);
    const { accepted, rejected, rejectedCount } = taken;
    if (accepted === 0 && rejectedCount === 0) throw new Problem(400, 'the body holds no events', { code: 'empty_body' });
    if (accepted === 0) {
      throw new Problem(400, 'the body holds no good event', { code: 'nothing_valid', rejected, rejectedCount });
    }
    await receipt.settled();
    this.#counters.accepted += accepted;
    return taken;
  }

  #itemsOf(body: Buffer, type: BodyType): EventItems {
    switch (type) {
      case 'application/x-ndjson':
        return new JsonEvents(body, new NdjsonLines(body), this.#line);
      case 'application/json':
        return new JsonEvents(body, new JsonArray(body), this.#line);
      case 'application/x-protobuf':
        return new BatchEvents(body, this.#settings, this.#criteria);
      default:
        return type satisfies never;
    }
  }

  async #pack(items: EventItems, receipt: Receipt): Promise<Taken> {
    const sink: EventSink = { add: (event) => this.#publisher.add(event, receipt) };
    const rejected: Rejection[] = [];
    let accepted = 0;
    let rejectedCount = 0;
    let turnEndMs = performance.now() + TURN_MS;
    // Behind a record that is lost, the rest would leave a hole in its sessions; the request is answered with the failure.
    while (!receipt.hasFailed && items.next()) {
      const refusal = items.refusal ?? (items.deliver(sink) ? null : SEQ_NOT_ABOVE);
      if (refusal === null) accepted += 1;
      else {
        rejectedCount += 1;
        this.#counters.rejected(refusal.code);
        if (rejected.length < this.#settings.rejectionsShown) rejected.push({ line: items.line, ...refusal });
      }
      if ((accepted + rejectedCount) % ITEMS_PER_LOOK === 0 && performance.now() > turnEndMs) {
        await nextTurn();
        turnEndMs = performance.now() + TURN_MS;
      }
    }
    return { accepted, rejected, rejectedCount };
  }

  /** At once: who may ask is bounded by MAX_URGENT_BYTES. */
  #holdsMessage(items: EventItems): boolean {
    let count = 0;
    const messages: EventSink = {
      add: ({ kind }) => {
        if (kind === 'message') count += 1;
        return true;
      },
    };
    while (items.next()) {
      if (items.refusal === null) items.deliver(messages);
    }
    return count > 0;
  }
}
