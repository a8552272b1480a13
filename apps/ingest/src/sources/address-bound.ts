import type { Socket } from 'node:net';
import { ConnectionShares } from '@fleet-forensics/shared/process/connection-shares';
import { RareWarning } from '@fleet-forensics/shared/process/rare-warning';

export interface AddressBound {
  /** Connections of one address; 0: no bound. */
  readonly max: number;
  /** What sets it. */
  readonly setting: string;
  readonly warn: (message: string) => void;
  /** Counts a connection that is closed for it. */
  readonly refused: () => void;
}

/** Says of each new connection of a listener whether it is one too many of its address: then it is closed, counted, and now and then told of. */
export function addressBound({ max, setting, warn, refused }: AddressBound): (socket: Socket) => boolean {
  const shares = new ConnectionShares(max === 0 ? Infinity : max);
  const rareWarning = new RareWarning(warn, () => performance.now());
  return (socket) => {
    const full = shares.take(socket);
    if (full === undefined) return false;
    refused();
    rareWarning.tell(`${full} has ${max} connections (${setting}): further ones are closed`);
    return true;
  };
}
