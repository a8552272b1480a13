import type { IngestSettings } from '@fleet-forensics/shared/settings/ingest-settings';
import type { Counters } from '../../counters.ts';
import type { Publisher } from '../../packer/publisher.ts';
import type { CriterionNames } from '../../policy/criterion-names.ts';
import type { Allowance } from './allowance.ts';
import { BatchEvents } from './batch-events.ts';
import type { EventItems } from './event-items.ts';
import { ItemIntake, type Taken } from './item-intake.ts';
import { EventLine } from './json/event-line.ts';
import { JsonArray } from './json/json-array.ts';
import { JsonEvents } from './json/json-events.ts';
import { NdjsonLines } from './json/ndjson-lines.ts';
import { Problem } from './problem.ts';
import type { BodyType } from './request-envelope.ts';

/** Takes the events of a body of POST /v1/events. */
export class EventIntake {
  readonly #settings: IngestSettings;
  readonly #criteria: CriterionNames;
  readonly #items: ItemIntake;
  readonly #line: EventLine;

  constructor(settings: IngestSettings, criteria: CriterionNames, publisher: Publisher, counters: Counters) {
    this.#settings = settings;
    this.#criteria = criteria;
    this.#items = new ItemIntake(settings, publisher, counters);
    this.#line = new EventLine(settings, criteria);
  }

  /**
   * Resolves when every good item of the body is durable.
   * @throws Problem 400 if nothing in it is good, 403, 429; what the log threw, if it can't be written
   */
  async take(body: Buffer, type: BodyType, allowance: Allowance): Promise<Taken> {
    const taken = await this.#items.take(() => this.#itemsOf(body, type), allowance);
    const { accepted, rejected, rejectedCount } = taken;
    if (accepted === 0 && rejectedCount === 0) throw new Problem(400, 'the body holds no events', { code: 'empty_body' });
    if (accepted === 0) {
      throw new Problem(400, 'the body holds no good event', { code: 'nothing_valid', rejected, rejectedCount });
    }
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
}
