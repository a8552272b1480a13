import { IsBoolean, IsInt, IsString, Matches, Max, Min } from 'class-validator';
import { Setting } from './setting.ts';

const MIB = 1024 ** 2;
const ABSOLUTE_OR_EMPTY = /^(\/.*)?$/s;
const FIFO_BOUND = 'an absolute path; empty: not read';
const TAIL_BOUND = 'an absolute path; empty: not read. Not together with the FIFO of the same log';

/** The logs of a ProFTPD without our module, on the host of ingest. */
export class NodeLogSettings {
  @Setting({
    variable: 'FF_FIFO_SYSTEM_LOG',
    default: '',
    bound: FIFO_BOUND,
    doc: "The FIFO that is the server's SystemLog. A FIFO that is not there is made, mode 0660.",
  })
  @Matches(ABSOLUTE_OR_EMPTY)
  fifoSystemLog!: string;

  @Setting({
    variable: 'FF_FIFO_TRACE_LOG',
    default: '',
    bound: FIFO_BOUND,
    doc: 'The FIFO that is its TraceLog, with `Trace DEFAULT:20` and `TraceOptions +TimestampMillis +ConnIPs`.',
  })
  @Matches(ABSOLUTE_OR_EMPTY)
  fifoTraceLog!: string;

  @Setting({ variable: 'FF_FIFO_EXTENDED_LOG', default: '', bound: FIFO_BOUND, doc: 'The FIFO that is its ExtendedLog.' })
  @Matches(ABSOLUTE_OR_EMPTY)
  fifoExtendedLog!: string;

  @Setting({ variable: 'FF_FIFO_TRANSFER_LOG', default: '', bound: FIFO_BOUND, doc: 'The FIFO that is its TransferLog.' })
  @Matches(ABSOLUTE_OR_EMPTY)
  fifoTransferLog!: string;

  @Setting({
    variable: 'FF_TAIL_SYSTEM_LOG',
    default: '',
    bound: TAIL_BOUND,
    doc: "The file that is the server's SystemLog: it is followed through rotation by rename and by truncation.",
  })
  @Matches(ABSOLUTE_OR_EMPTY)
  tailSystemLog!: string;

  @Setting({ variable: 'FF_TAIL_TRACE_LOG', default: '', bound: TAIL_BOUND, doc: 'The file that is its TraceLog.' })
  @Matches(ABSOLUTE_OR_EMPTY)
  tailTraceLog!: string;

  @Setting({ variable: 'FF_TAIL_EXTENDED_LOG', default: '', bound: TAIL_BOUND, doc: 'The file that is its ExtendedLog.' })
  @Matches(ABSOLUTE_OR_EMPTY)
  tailExtendedLog!: string;

  @Setting({ variable: 'FF_TAIL_TRANSFER_LOG', default: '', bound: TAIL_BOUND, doc: 'The file that is its TransferLog.' })
  @Matches(ABSOLUTE_OR_EMPTY)
  tailTransferLog!: string;

  @Setting({
    variable: 'FF_LOG_UTC_OFFSET',
    default: 'local',
    bound: 'local, Z or ±hh:mm',
    doc: "The zone of the times in these logs: they don't carry it. local is that of ingest's process.",
  })
  @Matches(/^(local|[zZ]|[+-](0\d|1[0-4]):?[0-5]\d)$/)
  utcOffset!: string;

  @Setting({
    variable: 'FF_LOG_PROCESSES',
    default: true,
    bound: 'on or off',
    doc: "Asks the system whether a session's process still runs, which alone tells of a SIGKILL. Off where ingest can't see the server's processes, in a container with its own PIDs.",
  })
  @IsBoolean()
  processes!: boolean;

  @Setting({
    variable: 'FF_NODE_LOGS_DIR',
    default: '',
    bound: 'a directory; empty: FF_DATA_DIR/node-logs',
    doc: 'Where ingest keeps what it has read of the logs until it is durable, and what it knows of their open sessions; it is created with mode 0700. One ingest process at a time.',
  })
  @IsString()
  dir!: string;

  @Setting({
    variable: 'FF_NODE_LOGS_BYTES',
    default: 64 * MIB,
    unit: 'bytes',
    bound: '4194304 to 1099511627776',
    doc: 'What is kept there at most while the log can not take events; beyond it files wait, and whole lines from FIFOs are dropped and counted. Memory may take twice as much.',
  })
  @IsInt()
  @Min(4 * MIB)
  @Max(1024 ** 4)
  journalBytes!: number;
}
