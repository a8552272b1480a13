import { type LineFacts, NO_FACTS } from './log-entry.ts';

// SystemLog names the module mod_log, TraceLog mod_log.c.
const LOGGED = /^dispatching LOG_CMD(?:_ERR)? command '(.*)' to mod_log(?:\.c)?$/s;
const QUIT = /^dispatching CMD command 'QUIT' to /;

/** Ends of a process that ProFTPD catches: ABRT, BUS, ILL, INT, SEGV, TERM, XCPU. */
const FATAL_SIGNALS = new Set([2, 4, 6, 7, 11, 15, 24]);

/** What `dispatching … command '…' to …` says: SystemLog and TraceLog both write it. */
export function commandFacts(message: string): LineFacts {
  const command = LOGGED.exec(message)?.[1];
  if (command !== undefined) return { cue: { command } };
  return QUIT.test(message) ? { quits: true } : NO_FACTS;
}

/** The number if it is a signal that ends the process. */
export function signalOf(written: string | undefined): number | undefined {
  const signal = Number(written);
  return FATAL_SIGNALS.has(signal) ? signal : undefined;
}
