/** The log types of mod_log_forensic, with the numbers they have on the wire. */
export const LogType = {
  Unspec: 0,
  TransferLog: 1,
  syslog: 2,
  SystemLog: 3,
  ExtendedLog: 4,
  TraceLog: 5,
} as const;

export type LogType = (typeof LogType)[keyof typeof LogType];

/** Upstream's spelling, by number: what ForensicLogCapture takes and what a block's line prefix shows. */
export const LOG_TYPE_NAMES = ['Unspec', 'TransferLog', 'syslog', 'SystemLog', 'ExtendedLog', 'TraceLog'] as const;

export const ALL_LOG_TYPES: readonly LogType[] = [0, 1, 2, 3, 4, 5];

const BY_LOWER_CASE_NAME = new Map<string, LogType>(ALL_LOG_TYPES.map((type) => [LOG_TYPE_NAMES[type].toLowerCase(), type])).set(
  'unknown',
  LogType.Unspec,
);

/** The type of this name in any case (ForensicLogCapture: `Unknown` is an alias of `Unspec`), or undefined. */
export function logTypeOf(name: string): LogType | undefined {
  return BY_LOWER_CASE_NAME.get(name.toLowerCase());
}
