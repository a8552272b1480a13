import type { Writable } from 'node:stream';
import { type Logger, pino, stdTimeFunctions } from 'pino';
import type { LoggingSettings } from '../settings/logging-settings.ts';
import { LogOutput } from './log-output.ts';
import { loggable, visibleJson, visibleText } from './log-text.ts';

/** What a line says beside its message, for who filters lines. */
export interface LogFields {
  /** Of an error, `FF_…`. */
  readonly code?: string;
  readonly partition?: number;
  /** By name. */
  readonly counts?: Readonly<Record<string, number>>;
}

/** Tells an operator what he must know: a sentence, and fields for who filters. */
export type Warn = (message: string, fields?: LogFields) => void;

/** What a service says of itself, a line each. It never throws, never waits, and never harms the service. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Lines that could not be written. */
  readonly dropped: number;
  /** Resolves when all is written that can be, within a second. */
  flushed(): Promise<void>;
}

interface LogStream extends Writable {
  readonly isTTY?: boolean;
}

/**
 * The log of a service, as its settings say.
 * @param service `ingest`, `buffer`, …
 * @param stream its `error` events are handled: what happens to the log stays in the log
 */
export async function openLog(
  service: string,
  { level, format }: LoggingSettings,
  stream: LogStream = process.stdout,
): Promise<Log> {
  const isPretty = format === 'pretty' || (format === 'auto' && stream.isTTY === true);
  const formatted = isPretty ? await prettyLines(stream.isTTY === true) : visibleJson;
  const output = new LogOutput(stream, (count) =>
    logger.warn(`${count} lines of this log were dropped: they could not be written`),
  );
  const logger: Logger = pino(
    {
      level,
      base: { service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line) => output.write(formatted(line)) },
  );
  return {
    info: (message, fields) => logger.info({ ...fields }, loggable(message)),
    warn: (message, fields) => logger.warn({ ...fields }, loggable(message)),
    error: (message, fields) => logger.error({ ...fields }, loggable(message)),
    get dropped() {
      return output.dropped;
    },
    flushed: () => output.flushed(),
  };
}

/** Time, level and message; the fields say the same in JSON. Not loaded where nobody looks at it. */
async function prettyLines(isTerminal: boolean): Promise<(line: string) => string> {
  const { isColorSupported, prettyFactory } = await import('pino-pretty');
  const pretty = prettyFactory({
    colorize: isTerminal && isColorSupported,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'service',
    hideObject: true,
    messageFormat: ({ msg }) => visibleText(String(msg)),
  });
  return (line) => pretty(line);
}
