import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsBoolean,
  IsIn,
  IsInt,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
} from 'class-validator';
import { ALL_LOG_TYPES, LOG_TYPE_NAMES } from '../wire/log-type.ts';
import {
  MAX_BATCH_MESSAGES,
  MAX_CRITERIA,
  MAX_MESSAGE_BYTES,
  MAX_NAME_BYTES,
  MAX_PATH_BYTES,
  MAX_RING_BYTES,
  MAX_RING_MESSAGES,
} from '../wire/limits.ts';
import { Setting } from './setting.ts';

const MIB = 1024 * 1024;

/** Of ForensicLogFormat. */
export const BLOCK_FORMATS = ['extended', 'compatible', 'ecs'] as const;

export class IngestSettings {
  @Setting({
    variable: 'FF_INGEST_HOST',
    default: '127.0.0.1',
    bound: 'an address or host name',
    doc: 'Address that the HTTP source listens on. One that others reach needs FF_TOKENS_FILE or FF_INGEST_TLS_CLIENT_CA.',
  })
  @IsString()
  @MinLength(1)
  host!: string;

  @Setting({
    variable: 'FF_INGEST_PORT',
    default: 8080,
    bound: '0 to 65535; 0 takes a free port',
    doc: 'Port that the HTTP source listens on.',
  })
  @IsInt()
  @Min(0)
  @Max(65_535)
  port!: number;

  @Setting({
    variable: 'FF_INGEST_BODY_BYTES',
    default: 16 * MIB,
    unit: 'bytes',
    bound: '1024 to 268435456',
    doc: 'Longest request body; a longer one is answered with 413.',
  })
  @IsInt()
  @Min(1024)
  @Max(256 * MIB)
  bodyBytes!: number;

  @Setting({
    variable: 'FF_INGEST_MESSAGE_BYTES',
    default: MAX_MESSAGE_BYTES,
    unit: 'bytes',
    bound: `1 to ${MAX_MESSAGE_BYTES}`,
    doc: 'Longest message; a longer one is rejected.',
  })
  @IsInt()
  @Min(1)
  @Max(MAX_MESSAGE_BYTES)
  messageBytes!: number;

  @Setting({
    variable: 'FF_INGEST_NAME_BYTES',
    default: MAX_NAME_BYTES,
    unit: 'bytes',
    bound: `1 to ${MAX_NAME_BYTES}`,
    doc: 'Longest node, session, context text, criterion name or end reason, in UTF-8; a longer one is rejected.',
  })
  @IsInt()
  @Min(1)
  @Max(MAX_NAME_BYTES)
  nameBytes!: number;

  @Setting({
    variable: 'FF_INGEST_REJECTIONS_SHOWN',
    default: 1000,
    bound: '0 to 100000',
    doc: 'Rejected lines that an answer lists; rejectedCount counts them all.',
  })
  @IsInt()
  @Min(0)
  @Max(100_000)
  rejectionsShown!: number;

  @Setting({
    variable: 'FF_INGEST_INFLIGHT_BYTES',
    default: 256 * MIB,
    unit: 'bytes',
    bound: '1048576 to 17179869184',
    doc: 'Request bodies being worked on at once; beyond it messages are answered with 429, criteria and ends a little later. One client gets half of it at most by several requests.',
  })
  @IsInt()
  @Min(MIB)
  @Max(16 * 1024 * MIB)
  inflightBytes!: number;

  @Setting({
    variable: 'FF_INGEST_SESSIONS',
    default: 100_000,
    bound: '1 to 10000000',
    doc: 'Sessions that the packer remembers; the longest idle one is forgotten first and gets its policy stamped again when it speaks.',
  })
  @IsInt()
  @Min(1)
  @Max(10_000_000)
  sessions!: number;

  @Setting({
    variable: 'FF_INGEST_BATCH_LINES',
    default: 50,
    unit: 'messages',
    bound: `1 to ${MAX_BATCH_MESSAGES}`,
    doc: 'The packer closes a record at this many messages.',
  })
  @IsInt()
  @Min(1)
  @Max(MAX_BATCH_MESSAGES)
  batchLines!: number;

  @Setting({
    variable: 'FF_INGEST_BATCH_BYTES',
    default: 65_536,
    unit: 'bytes',
    bound: '1024 to 524288',
    doc: 'The packer closes a record that has reached this many encoded message bytes.',
  })
  @IsInt()
  @Min(1024)
  @Max(524_288)
  batchBytes!: number;

  @Setting({
    variable: 'FF_INGEST_BATCH_MS',
    default: 10,
    unit: 'milliseconds',
    bound: '0 to 1000',
    doc: 'The packer closes a record this long after its first message.',
  })
  @IsInt()
  @Min(0)
  @Max(1000)
  batchMs!: number;
}

/** What stands in for the directives of a ProFTPD server: one policy for every session. */
export class PolicySettings {
  @Setting({
    variable: 'FF_ENGINE',
    default: true,
    bound: 'on or off',
    doc: 'ForensicLogEngine: off publishes nothing of any session.',
  })
  @IsBoolean()
  engine!: boolean;

  @Setting({
    variable: 'FF_BUFFER_SIZE',
    default: 1024,
    unit: 'messages',
    bound: `1 to ${MAX_RING_MESSAGES}`,
    doc: 'ForensicLogBufferSize: the newest messages of a session that its ring keeps.',
  })
  @IsInt()
  @Min(1)
  @Max(MAX_RING_MESSAGES)
  bufferSize!: number;

  @Setting({
    variable: 'FF_BUFFER_BYTES',
    default: MAX_RING_BYTES,
    unit: 'bytes',
    bound: `65536 to ${MAX_RING_BYTES}`,
    doc: "Encoded message bytes that a session's ring keeps at most, whatever FF_BUFFER_SIZE says; the newest record is always kept. Memory is sized by it: an ordinary ring of 1024 messages takes 120 KB, but any session may fill this many.",
  })
  @IsInt()
  @Min(65_536)
  @Max(MAX_RING_BYTES)
  bufferBytes!: number;

  @Setting({
    variable: 'FF_CAPTURE',
    default: [...LOG_TYPE_NAMES],
    bound: `one or more of ${LOG_TYPE_NAMES.join(' ')}, in any case`,
    doc: 'ForensicLogCapture: types that are kept; messages of others are dropped at ingest.',
  })
  @ArrayMinSize(1)
  @ArrayMaxSize(ALL_LOG_TYPES.length * 2)
  @Matches(new RegExp(`^(Unknown|${LOG_TYPE_NAMES.join('|')})$`, 'i'), { each: true })
  capture!: readonly string[];

  @Setting({
    variable: 'FF_CRITERIA',
    default: ['FailedLogin', 'UntimelyDeath'],
    bound: `up to ${MAX_CRITERIA} of FailedLogin UntimelyDeath ModuleConfig in any case, or names of your own in letters and digits`,
    doc: 'ForensicLogCriteria: events that file the ring. OnDemand is always one.',
  })
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_CRITERIA)
  @Matches(/^[A-Za-z][A-Za-z0-9]{0,63}$/, { each: true })
  criteria!: readonly string[];

  @Setting({
    variable: 'FF_FORENSIC_LOG_FILE',
    default: '/forensic.log',
    bound:
      'an absolute path without . or .. in it, names of at most 255 characters, no control characters, no %{…} but %{node} %{server} %{criterion} %{date} %{session} %{block}',
    doc: "ForensicLogFile: where blocks are filed, below the writer's FF_FORENSIC_ROOT.",
  })
  @MaxLength(MAX_PATH_BYTES)
  @Matches(/^(\/(?!\.{1,2}(\/|$))[^/\p{Cc}]{1,255})+$/u)
  @Matches(/^(?!.*%\{(?!(node|server|criterion|date|session|block)\}))/s)
  file!: string;

  @Setting({
    variable: 'FF_FORENSIC_LOG_FORMAT',
    default: ['extended'],
    bound: `one or more of ${BLOCK_FORMATS.join(' ')}`,
    doc: "ForensicLogFormat: compatible leaves out the headers that mod_log_forensic doesn't have; ecs is NDJSON.",
  })
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(BLOCK_FORMATS, { each: true })
  format!: readonly string[];
}
