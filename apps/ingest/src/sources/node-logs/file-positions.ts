import type { ProftpdLog } from '@fleet-forensics/shared/proftpd/log-entry';
import { type FilePosition, HEAD_BYTES, type Input } from './input.ts';

/** How far the files of each log have been read, the oldest file of a log first: a fold over the inputs. */
export type FilePositions = ReadonlyMap<ProftpdLog, readonly FilePosition[]>;

export function withInput(positions: FilePositions, input: Input): FilePositions {
  if (input.kind === 'bytes' && input.ino !== 0) {
    const { ino, data } = input;
    return changed(positions, input.log, (files) => files.map((file) => (file.ino === ino ? advanced(file, data) : file)));
  }
  if (input.kind === 'file') {
    const { position } = input;
    return changed(positions, input.log, (files) => [...files.filter(({ ino }) => ino !== position.ino), position]);
  }
  if (input.kind === 'fileLeft') return changed(positions, input.log, (files) => files.filter(({ ino }) => ino !== input.ino));
  return positions;
}

/** The position behind these bytes. */
export function advanced(position: FilePosition, data: Uint8Array): FilePosition {
  const { head, offset } = position;
  const rest = HEAD_BYTES - head.length;
  // A file that was entered in the middle has its whole head already, or is shorter than that.
  const more = head.length === offset && rest > 0 ? data.subarray(0, rest) : data.subarray(0, 0);
  return { ...position, offset: offset + data.length, ...(more.length > 0 && { head: Buffer.concat([head, more]) }) };
}

function changed(
  positions: FilePositions,
  log: ProftpdLog,
  change: (files: readonly FilePosition[]) => readonly FilePosition[],
): FilePositions {
  return new Map(positions).set(log, change(positions.get(log) ?? []));
}
