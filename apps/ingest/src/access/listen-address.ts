import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { ForensicsError, messageOf } from '@fleet-forensics/shared/error';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** True if only this host reaches it: 127.0.0.0/8, ::1, and the former as IPv6 addresses. @param address not a name */
export function isLoopback(address: string): boolean {
  return LOOPBACK.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/**
 * The address that a host stands for: of a name the first one, which is then listened on, so that what was checked is what is used.
 * @param setting that names the host, for errors
 * @throws ForensicsError FF_LISTEN_FAILED if there is none
 */
export async function addressOf(setting: string, host: string): Promise<string> {
  try {
    const { address } = await lookup(host);
    return address;
  } catch (cause) {
    const message = `${setting}=${host}: ${messageOf(cause)}; choose an address of this machine`;
    throw new ForensicsError('FF_LISTEN_FAILED', message, { cause });
  }
}
