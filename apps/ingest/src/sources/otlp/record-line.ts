import { logTypeOf } from '@fleet-forensics/shared/wire/log-type';
import { MAX_DETAIL_BYTES } from '@fleet-forensics/shared/wire/limits';
import type { otlp } from '@fleet-forensics/shared/wire/otlp-schema';
import type { SessionContext } from '@fleet-forensics/shared/wire/session-event';
import type { LineMessage, LogLine } from '../../detection/log-line.ts';
import type { CriterionNames } from '../../policy/criterion-names.ts';
import { refusalOfCriterion } from '../event-rules/criterion-rule.ts';
import { type LineBounds, MAX_UINT32 } from '../event-rules/event-bounds.ts';
import { type Refusal, shown } from '../event-rules/refusal.ts';
import { messageOfBody } from './any-value.ts';
import type { RecordAttributes } from './record-attributes.ts';
import { levelOfSeverity } from './severity.ts';

const NS_PER_US = 1000;

/** What a log record says of a session (docs/OTHER-SERVERS.md), or why it is not taken. */
export function lineOfRecord(
  record: otlp.LogRecord.$Properties,
  attributes: RecordAttributes,
  bounds: LineBounds,
  criteria: CriterionNames,
): LogLine | Refusal {
  const session = attributes.name('session.id');
  const node = attributes.name('host.name', 'host.id', 'service.instance.id');
  const end = attributes.name('forensic.end') ?? null;
  const timeUs = Math.round((record.timeUnixNano || record.observedTimeUnixNano || 0) / NS_PER_US);
  const message = messageOf(record, attributes);
  const context = contextOf(attributes);
  const criterion = criterionOf(attributes, criteria);
  const { refusal } = attributes;
  if (refusal) return refusal;
  if (session === undefined) return missing('session.id', 'a record says which session it belongs to');
  if (node === undefined) return missing('host.name', 'host.id or service.instance.id would do, too');
  if (!message && !criterion && end === null) return missing('body', 'nor is there a forensic.criterion or a forensic.end');
  return refusalOfSize(message, timeUs, bounds) ?? { node, session, timeUs, context, message, criterion, end };
}

export function isRefusal(line: LogLine | Refusal): line is Refusal {
  return 'error' in line;
}

function messageOf({ body, severityNumber }: otlp.LogRecord.$Properties, attributes: RecordAttributes): LineMessage | null {
  const typeName = attributes.text('forensic.log_type') ?? 'Unspec';
  const type = logTypeOf(typeName);
  const pid = attributes.integer('process.pid', MAX_UINT32) ?? 0;
  if (type === undefined) {
    attributes.refusal ??= { code: 'unknown_type', error: `forensic.log_type: ${shown(typeName)} is no log type` };
    return null;
  }
  const text = body ? messageOfBody(body) : null;
  return text && { type, level: levelOfSeverity(severityNumber ?? 0), pid, text, start: 0, end: text.length };
}

function contextOf(attributes: RecordAttributes): SessionContext {
  const clientAddress = attributes.contextText('client.address');
  const serverAddress = attributes.serverAddress();
  const protocol = attributes.contextText('network.protocol.name');
  const user = attributes.contextText('user.name');
  return {
    ...(clientAddress !== undefined && { clientAddress }),
    ...(serverAddress !== undefined && { serverAddress }),
    ...(protocol !== undefined && { protocol }),
    ...(user !== undefined && { user }),
  };
}

function criterionOf(attributes: RecordAttributes, criteria: CriterionNames): LogLine['criterion'] {
  const written = attributes.name('forensic.criterion');
  const detail = attributes.text('forensic.detail') ?? '';
  if (written === undefined) return null;
  attributes.refusal ??= refusalOfCriterion('forensic.criterion', written, criteria);
  const byteLength = Buffer.byteLength(detail);
  if (byteLength > MAX_DETAIL_BYTES) {
    const error = `forensic.detail: has ${byteLength} bytes: at most ${MAX_DETAIL_BYTES} are expected`;
    attributes.refusal ??= { code: 'detail_too_long', error };
  }
  return { name: criteria.resolve(written) ?? written, detail };
}

function refusalOfSize(message: LineMessage | null, timeUs: number, { messageBytes }: LineBounds): Refusal | null {
  const byteLength = message?.end ?? 0;
  if (byteLength > messageBytes) {
    return { code: 'message_too_long', error: `body: has ${byteLength} bytes: at most ${messageBytes} are expected` };
  }
  if (timeUs >= 0 && timeUs <= Number.MAX_SAFE_INTEGER) return null;
  return { code: 'bad_time', error: 'time_unix_nano: is not within 2^53 microseconds after 1970' };
}

function missing(name: string, why: string): Refusal {
  return { code: 'missing_key', error: `${name}: is missing: ${why}` };
}
