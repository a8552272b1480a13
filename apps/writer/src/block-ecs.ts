import { isUtf8 } from 'node:buffer';
import { isIP } from 'node:net';
import type { BlockHeader } from '@fleet-forensics/shared/wire/block';
import { LOG_TYPE_NAMES } from '@fleet-forensics/shared/wire/log-type';
import { MessageListReader } from '@fleet-forensics/shared/wire/message-list';
import type { FormattedBlock } from './block-formats.ts';
import { checkMessageCount } from './message-count.ts';

/** Of the Elastic Common Schema, whose field names these are. */
const ECS_VERSION = '8.17.0';
/** Lines are handed over when they have grown to this many characters. */
const PIECE_CHARACTERS = 512 * 1024;
const LINE_FEED = 0x0a;

/** `event.category` by criterion (ECS' allowed values); of any other: `session`. */
const CATEGORIES: Readonly<Record<string, string>> = {
  FailedLogin: 'authentication',
  UntimelyDeath: 'process',
  ModuleConfig: 'configuration',
};

type Fields = Readonly<Record<string, unknown>>;

/** As blockPieces of block-pieces.ts: NDJSON, one object for the block and then one for each message. */
export function* ecsPieces(block: FormattedBlock, lists: Iterable<Uint8Array>): Generator<Buffer> {
  const shared = sharedFields(block);
  let lines = jsonLine(blockFields(block, shared));
  let walked = 0;
  for (const list of lists) {
    const reader = new MessageListReader(list);
    while (reader.next()) {
      walked += 1;
      if (walked <= block.header.skip) continue;
      lines += jsonLine(messageFields(block, shared, reader, walked - block.header.skip));
      if (lines.length < PIECE_CHARACTERS) continue;
      yield Buffer.from(lines);
      lines = '';
    }
  }
  checkMessageCount(walked, block.header);
  yield Buffer.from(lines);
}

function jsonLine(fields: Fields): string {
  return `${JSON.stringify(fields)}\n`;
}

/** What the block's own object and those of its messages have in common. */
function sharedFields({ blockId, header }: FormattedBlock): Fields {
  const { node, session, context } = header;
  const userName = context.user ?? context.attemptedUser;
  return {
    ecs: { version: ECS_VERSION },
    host: { name: node },
    ...(context.clientAddress && { client: endpoint(context.clientAddress, false) }),
    ...(context.serverAddress && { server: endpoint(context.serverAddress, true) }),
    ...((userName ?? context.uid) !== undefined && {
      user: { name: userName, id: context.uid === undefined ? undefined : String(context.uid) },
    }),
    ...(context.gid !== undefined && { group: { id: String(context.gid) } }),
    ...(context.protocol && { network: { protocol: context.protocol.toLowerCase() } }),
    labels: { block_id: Buffer.from(blockId).toString('hex'), session },
  };
}

function blockFields({ header, timeMs }: FormattedBlock, shared: Fields): Fields {
  const { criterion, ledger, messageCount, context } = header;
  return {
    '@timestamp': timestamp(criterion.timeUs || timeMs * 1000),
    ...shared,
    event: { ...eventOf(header), kind: 'alert', sequence: criterion.seq || undefined, reason: criterion.detail || undefined },
    message: `${criterion.name}: ${messageCount} of ${ledger.received} messages`,
    forensics: {
      requested_by: criterion.requestedBy || undefined,
      unique_id: context.uniqueId,
      server_name: context.serverName,
      elapsed_ms: context.elapsedMs,
      raw_bytes: traffic(context.rawBytesIn, context.rawBytesOut),
      total_bytes: traffic(context.totalBytesIn, context.totalBytesOut),
      total_files: traffic(context.totalFilesIn, context.totalFilesOut),
      ledger: {
        lines: messageCount,
        received: ledger.received,
        first_seq: ledger.firstSeq,
        last_seq: ledger.lastSeq,
        evicted: ledger.evicted,
        missing: ledger.missing,
        dropped_at_source: ledger.droppedAtSource,
        repeated: ledger.repeated,
      },
    },
  };
}

function messageFields({ header, timeMs }: FormattedBlock, shared: Fields, reader: MessageListReader, line: number): Fields {
  const { bytes, textStart, textEnd, type, level, pid, timeUs } = reader;
  const end = textEnd > textStart && bytes[textEnd - 1] === LINE_FEED ? textEnd - 1 : textEnd;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + textStart, end - textStart);
  return {
    '@timestamp': timestamp(timeUs || header.criterion.timeUs || timeMs * 1000),
    ...shared,
    event: { ...eventOf(header), kind: 'event', sequence: sequenceOf(header, line) },
    log: { logger: LOG_TYPE_NAMES[type], level: String(Math.max(level, 0)) },
    ...(pid !== 0 && { process: { pid } }),
    message: text.toString('utf8'),
    forensics: { line, original_base64: isUtf8(text) ? undefined : text.toString('base64') },
  };
}

function eventOf({ criterion: { name } }: BlockHeader): Fields {
  const outcome = name === 'FailedLogin' ? 'failure' : undefined;
  return { category: [CATEGORIES[name] ?? 'session'], action: name, outcome };
}

/** Only where nothing is missing can it be counted back from the last one. */
function sequenceOf({ ledger, messageCount }: BlockHeader, line: number): number | undefined {
  return ledger.firstSeq === 0 || ledger.missing > 0 ? undefined : ledger.lastSeq - messageCount + line;
}

/** `ip` only for what is one: an index that maps it refuses the whole document otherwise. */
function endpoint(address: string, withPort: boolean): Fields {
  const colon = withPort ? address.lastIndexOf(':') : -1;
  const host = colon > 0 ? address.slice(0, colon) : address;
  const port = colon > 0 ? Number(address.slice(colon + 1)) : Number.NaN;
  return { address, ip: isIP(host) === 0 ? undefined : host, port: Number.isInteger(port) ? port : undefined };
}

function traffic(inward: number | undefined, outward: number | undefined): Fields | undefined {
  return (inward ?? outward) === undefined ? undefined : { in: inward, out: outward };
}

/** ISO 8601 with microseconds. */
function timestamp(timeUs: number): string {
  const micros = String(timeUs % 1000).padStart(3, '0');
  return `${new Date(Math.floor(timeUs / 1000)).toISOString().slice(0, -1)}${micros}Z`;
}
