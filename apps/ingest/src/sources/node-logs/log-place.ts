import { ForensicsError } from '@fleet-forensics/shared/error';
import { PROFTPD_LOGS, type ProftpdLog } from '@fleet-forensics/shared/proftpd/log-entry';
import type { NodeLogSettings } from '@fleet-forensics/shared/settings/node-log-settings';
import { LOG_TYPE_NAMES, LogType } from '@fleet-forensics/shared/wire/log-type';

/** A log of the node, and how it is read. */
export interface LogPlace {
  readonly log: ProftpdLog;
  readonly kind: 'fifo' | 'tail';
  /** Absolute. */
  readonly path: string;
}

const SETTINGS = {
  [LogType.SystemLog]: ['fifoSystemLog', 'tailSystemLog'],
  [LogType.TraceLog]: ['fifoTraceLog', 'tailTraceLog'],
  [LogType.ExtendedLog]: ['fifoExtendedLog', 'tailExtendedLog'],
  [LogType.TransferLog]: ['fifoTransferLog', 'tailTransferLog'],
} as const satisfies Readonly<Record<ProftpdLog, readonly [keyof NodeLogSettings, keyof NodeLogSettings]>>;

/** The logs that the settings name. @throws ForensicsError FF_BAD_SETTING if a log or a path is named twice */
export function placesOf(settings: NodeLogSettings): readonly LogPlace[] {
  const places = PROFTPD_LOGS.flatMap((log) => placeOf(log, settings));
  const twice = places.find(({ path }, index) => places.findIndex((place) => place.path === path) !== index);
  if (twice)
    throw new ForensicsError('FF_BAD_SETTING', `${twice.path} is named for two logs: give each log a file or FIFO of its own`);
  return places;
}

function placeOf(log: ProftpdLog, settings: NodeLogSettings): readonly LogPlace[] {
  const [fifoSetting, tailSetting] = SETTINGS[log];
  const fifo = settings[fifoSetting];
  const tail = settings[tailSetting];
  if (fifo !== '' && tail !== '') {
    const message = `${fifo} and ${tail} are both set for the ${LOG_TYPE_NAMES[log]}: unset its FF_FIFO_… or its FF_TAIL_… setting`;
    throw new ForensicsError('FF_BAD_SETTING', message);
  }
  if (fifo !== '') return [{ log, kind: 'fifo', path: fifo }];
  return tail === '' ? [] : [{ log, kind: 'tail', path: tail }];
}
