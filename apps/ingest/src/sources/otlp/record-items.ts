import { messageOf } from '@fleet-forensics/shared/error';
import { ContextNews } from '../../detection/context-news.ts';
import type { DetectionRules } from '../../detection/detection-rules.ts';
import { deliverLine, type LogLine } from '../../detection/log-line.ts';
import type { CriterionNames } from '../../policy/criterion-names.ts';
import type { EventSink } from '../../session-event.ts';
import type { LineBounds } from '../event-rules/event-bounds.ts';
import type { EventItems } from '../http/event-items.ts';
import type { Refusal } from '../event-rules/refusal.ts';
import type { LogRecords } from './log-records.ts';
import { type Attributes, knownAttributes, RecordAttributes } from './record-attributes.ts';
import { isRefusal, lineOfRecord } from './record-line.ts';
import type { UnreadRecord } from './unread-record.ts';

/** Characters that an answer repeats of why a record does not parse. */
const MAX_REASON_LENGTH = 200;

/** What the records of every request are read with. */
export interface RecordReading {
  readonly bounds: LineBounds;
  readonly criteria: CriterionNames;
  readonly rules: DetectionRules;
}

/** The log records of a request, each taken or refused by itself. */
export class RecordItems implements EventItems {
  line = -1;
  refusal: Refusal | null = null;
  readonly #records: Iterator<UnreadRecord>;
  readonly #reading: RecordReading;
  /** Of this request: the next one may be another ingest's. */
  readonly #news: ContextNews;
  #item: LogLine | null = null;

  constructor(records: LogRecords, reading: RecordReading) {
    this.#records = records[Symbol.iterator]();
    this.#reading = reading;
    this.#news = new ContextNews(records.count);
  }

  get node(): string {
    return this.#item?.node ?? '';
  }

  next(): boolean {
    this.line += 1;
    const { value, done } = this.#records.next();
    if (done) return false;
    const line = this.#read(value);
    this.refusal = isRefusal(line) ? line : null;
    this.#item = isRefusal(line) ? null : line;
    return true;
  }

  deliver(sink: EventSink): boolean {
    if (this.#item) deliverLine(this.#item, this.#reading.rules, this.#news, sink);
    return true;
  }

  #read({ resource, read }: UnreadRecord): LogLine | Refusal {
    const { bounds, criteria } = this.#reading;
    let record: ReturnType<typeof read>;
    let before: Attributes;
    try {
      before = resource.attributes;
      record = read();
    } catch (error) {
      return { code: 'bad_record', error: `log record: ${messageOf(error).slice(0, MAX_REASON_LENGTH)}` };
    }
    const attributes = new RecordAttributes(knownAttributes(record.attributes ?? [], before), bounds.nameBytes);
    return lineOfRecord(record, attributes, bounds, criteria);
  }
}
