import { ForensicsError, messageOf } from '@fleet-forensics/shared/error';

/** A port that syslog comes in on. */
export interface SyslogListener {
  /** E.g. `tcp 127.0.0.1:6514`. */
  readonly place: string;
  readonly port: number;
  /** Reads no more; what was read has been handed on when it resolves. */
  close(): Promise<void>;
}

/** Where to listen, and the setting that says so. */
export interface ListenAddress {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** What can listen: a TCP server or a UDP socket. */
interface Listening {
  once(event: 'error', failed: (error: Error) => void): unknown;
  off(event: 'error', failed: (error: Error) => void): unknown;
}

/**
 * Resolves when `start` has called back.
 * @throws ForensicsError FF_LISTEN_FAILED if the address can't be had
 */
export async function listening(
  socket: Listening,
  setting: string,
  { host, port }: ListenAddress,
  start: (done: () => void) => void,
): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      start(() => {
        socket.off('error', reject);
        resolve();
      });
    });
  } catch (cause) {
    const message = `FF_SYSLOG_HOST=${host} ${setting}=${port}: ${messageOf(cause)}; choose an address of this machine and a free port`;
    throw new ForensicsError('FF_LISTEN_FAILED', message, { cause });
  }
}

/** An address as a node's name: IPv4 that came over an IPv6 socket is IPv4. */
export function senderName(address: string | undefined): string {
  return (address ?? 'unknown').replace(/^::ffff:(?=\d+\.)/i, '');
}
