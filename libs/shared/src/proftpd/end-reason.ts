import type { CriterionName } from './session-event.ts';

/** What the logs said about a session's end. */
export interface EndFacts {
  /** It was told at all. */
  readonly closed: boolean;
  /** A log was there that would have told it. */
  readonly wouldBeTold: boolean;
  readonly exitReason: string | undefined;
  readonly signal: number | undefined;
  readonly quits: boolean;
  /** The daemon was being stopped at that time. */
  readonly daemonStopped: boolean;
}

export interface Ending {
  readonly reason: string;
  readonly criterion?: { readonly name: CriterionName; readonly detail: string };
}

const SIGSEGV = 11;
const SIGTERM = 15;

/** ProFTPD's pr_session_get_disconnect_reason(), as `%E` shows it, before a colon and details. */
const REASONS: Readonly<Record<string, string>> = {
  Quit: 'quit',
  'Read EOF from client': 'eof',
  'Timeout exceeded': 'timeout',
  'Server shutting down': 'shutdown',
  'Configured policy': 'policy',
  Banned: 'banned',
  'Low memory': 'memory',
  'Session initialized failed': 'init',
  'Session initialization failed': 'init',
  'Server misconfiguration': 'config',
  'Application error': 'application',
  'Unknown/unspecified': 'unknown',
};

/** How a session ended, and whether that is worth a block. Mod_log_forensic's rules, but for its blindness to SEGV and KILL. */
export function endingOf(facts: EndFacts): Ending {
  const { reason, detail } = split(facts.exitReason ?? '');
  if (reason === 'Module-specific policy') {
    return { reason: 'module', criterion: { name: 'ModuleConfig', detail: detail ?? '' } };
  }
  if (reason === 'Terminated by signal') return bySignal(facts, detail);
  const told = REASONS[reason];
  if (told !== undefined) return { reason: told };
  // At EXIT, ProFTPD has a reason for everything but a crash.
  if (facts.signal === SIGSEGV || facts.exitReason === '') return death('segfault', 'segmentation fault');
  if (facts.signal !== undefined) return bySignal(facts, undefined);
  if (facts.closed) return { reason: facts.quits ? 'quit' : 'closed' };
  return facts.wouldBeTold ? death('killed', 'the process is gone and its logs do not say why') : { reason: 'unknown' };
}

function bySignal({ signal, daemonStopped }: EndFacts, detail: string | undefined): Ending {
  if (daemonStopped && (signal ?? SIGTERM) === SIGTERM) return { reason: 'shutdown' };
  return death('signal', signal === undefined ? (detail ?? '') : `signal ${signal}`);
}

function death(reason: string, detail: string): Ending {
  return { reason, criterion: { name: 'UntimelyDeath', detail } };
}

function split(exitReason: string): { reason: string; detail?: string } {
  const colon = exitReason.indexOf(': ');
  return colon < 0 ? { reason: exitReason } : { reason: exitReason.slice(0, colon), detail: exitReason.slice(colon + 2) };
}
