import type { IngestSettings } from '@fleet-forensics/shared/settings/ingest-settings';
import type { Counters } from '../../counters.ts';
import type { DetectionRules } from '../../detection/detection-rules.ts';
import type { Publisher } from '../../packer/publisher.ts';
import type { CriterionNames } from '../../policy/criterion-names.ts';
import type { Allowance } from '../http/allowance.ts';
import { ItemIntake, type Taken } from '../http/item-intake.ts';
import type { BodyType } from '../http/request-envelope.ts';
import { LogRecords } from './log-records.ts';
import { RecordItems, type RecordReading } from './record-items.ts';

export interface LogsIntakePorts {
  readonly settings: IngestSettings;
  readonly criteria: CriterionNames;
  readonly rules: DetectionRules;
  readonly publisher: Publisher;
  readonly counters: Counters;
}

/** Takes the log records of a body of POST /v1/logs. */
export class LogsIntake {
  readonly #items: ItemIntake;
  readonly #reading: RecordReading;

  constructor({ settings, criteria, rules, publisher, counters }: LogsIntakePorts) {
    this.#items = new ItemIntake(settings, publisher, counters);
    this.#reading = { bounds: settings, criteria, rules };
  }

  /**
   * Resolves when every good record of the body is durable; a body without records is fine, too.
   * @throws Problem 400 if the body does not parse, 403, 413 if it holds too much, 429; what the log threw, if it can't be written
   */
  take(body: Buffer, type: BodyType, allowance: Allowance): Promise<Taken> {
    const records = new LogRecords(body, type);
    return this.#items.take(() => new RecordItems(records, this.#reading), allowance);
  }
}
