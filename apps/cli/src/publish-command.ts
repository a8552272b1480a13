import { openSecretWarning } from '@fleet-forensics/shared/access/access-file';
import { readHeldToken } from '@fleet-forensics/shared/access/held-token';
import { type ProftpdLog } from '@fleet-forensics/shared/proftpd/log-entry';
import { parseUtcOffset, type UtcOffset } from '@fleet-forensics/shared/proftpd/log-clock';
import type { NodeCounts } from '@fleet-forensics/shared/proftpd/node-logs';
import { LogType } from '@fleet-forensics/shared/wire/log-type';
import { type CommandGroup, runGroup } from './command-group.ts';
import type { EventLine } from './event-line.ts';
import { PUBLISH_HELP, PUBLISH_NDJSON_HELP, PUBLISH_PROFTPD_HELP } from './help.ts';
import { ndjsonEvents, ndjsonFileEvents } from './ndjson-source.ts';
import { type ParsedOptions, parseOptions, usageError, wholeNumber } from './options.ts';
import { proftpdEvents } from './proftpd-source.ts';
import { Progress } from './progress.ts';
import { publish } from './publisher.ts';
import { describeSummary, progressLine } from './summary.ts';
import { printable, type Terminal } from './terminal.ts';

const CONNECTION_OPTIONS = ['url', 'tries', 'token-file'];
const DEFAULT_URL = 'http://127.0.0.1:8080';
const DEFAULT_TRIES = '8';
const TRIES = [1, 100] as const;

const LOG_OPTIONS: readonly (readonly [string, ProftpdLog])[] = [
  ['system', LogType.SystemLog],
  ['trace', LogType.TraceLog],
  ['extended', LogType.ExtendedLog],
  ['transfer', LogType.TransferLog],
];

const PUBLISH: CommandGroup = {
  path: 'fleet-forensics publish',
  help: PUBLISH_HELP,
  missing: 'publish what?',
  unknown: 'publish: unknown source',
  commands: { proftpd: publishProftpd, ndjson: publishNdjson },
};

/** `fleet-forensics publish …`; gives the exit status. @throws ForensicsError FF_USAGE, or what kept it from publishing */
export function runPublish(args: readonly string[], terminal: Terminal): Promise<number> {
  return runGroup(PUBLISH, args, terminal);
}

async function publishProftpd(args: readonly string[], terminal: Terminal): Promise<number> {
  const names = ['node', ...LOG_OPTIONS.map(([name]) => name), 'utc-offset', ...CONNECTION_OPTIONS];
  const options = parseOptions(args, { values: names }, 'publish proftpd');
  if (options.help) {
    terminal.stdout.write(PUBLISH_PROFTPD_HELP);
    return 0;
  }
  const { values, operands } = options;
  const hint = 'fleet-forensics publish proftpd --help';
  if (operands[0] !== undefined) {
    throw usageError(`publish proftpd: what is ${printable(operands[0])}? Each log has an option`, '', [], hint);
  }
  const node = values.get('node');
  if (node === undefined) throw usageError('publish proftpd needs --node', '', [], hint);
  const files = LOG_OPTIONS.flatMap(([name, log]) => (values.has(name) ? [{ log, path: values.get(name)! }] : []));
  if (files.length === 0) throw usageError('publish proftpd needs at least one log', '', [], hint);
  const source = proftpdEvents(node, files, utcOffset(values.get('utc-offset') ?? 'local', hint));
  return publishAll(source.events, options, terminal, hint, source.counts);
}

async function publishNdjson(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = parseOptions(args, { values: CONNECTION_OPTIONS }, 'publish ndjson');
  if (options.help) {
    terminal.stdout.write(PUBLISH_NDJSON_HELP);
    return 0;
  }
  const hint = 'fleet-forensics publish ndjson --help';
  const [path, ...more] = options.operands;
  if (path === undefined || more.length > 0)
    throw usageError('publish ndjson needs one FILE, or - for standard input', '', [], hint);
  const events = path === '-' ? ndjsonEvents(terminal.stdin, 'stdin') : ndjsonFileEvents(path);
  return publishAll(events, options, terminal, hint);
}

async function publishAll(
  events: AsyncIterable<EventLine>,
  { values }: ParsedOptions,
  { stderr }: Terminal,
  hint: string,
  counts?: () => NodeCounts,
): Promise<number> {
  const url = ingestUrl(values.get('url') ?? DEFAULT_URL, hint);
  const tries = wholeNumber(values.get('tries') ?? DEFAULT_TRIES, '--tries', TRIES, hint);
  const token = tokenOf(values.get('token-file'), stderr);
  const progress = new Progress(stderr);
  try {
    const summary = await publish(events, {
      url,
      tries,
      ...token,
      onProgress: (done) => progress.show(done.seconds, progressLine(done)),
    });
    progress.clear();
    const read = counts?.();
    stderr.write(describeSummary(summary, read));
    if (read && read.lines > 0 && read.daemonLines === 0 && summary.events === 0) {
      stderr.write('fleet-forensics: no line looks like the log that its option names: is each file behind the right option?\n');
      return 1;
    }
    return summary.rejected === 0 ? 0 : 1;
  } finally {
    progress.clear();
  }
}

function ingestUrl(written: string, hint: string): URL {
  const url = URL.parse(written);
  if (url && (url.username !== '' || url.password !== '')) {
    throw usageError('--url holds a user name or a password: secrets belong into a file, see --token-file', '', [], hint);
  }
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw usageError(`--url ${printable(written)} is not an http or https URL`, '', [], hint);
}

/** @throws ForensicsError FF_UNREADABLE_FILE, FF_BAD_TOKENS */
function tokenOf(path: string | undefined, stderr: Terminal['stderr']): { readonly token?: string } {
  if (path === undefined) return {};
  const { token, isReadByOthers } = readHeldToken('--token-file', path);
  if (isReadByOthers) stderr.write(`warning: ${printable(openSecretWarning('--token-file', path))}\n`);
  return { token };
}

function utcOffset(written: string, hint: string): UtcOffset {
  const offset = parseUtcOffset(written);
  if (offset !== null) return offset;
  throw usageError(`--utc-offset ${printable(written)} is none of +hh:mm, -hh:mm, Z, local`, '', [], hint);
}
