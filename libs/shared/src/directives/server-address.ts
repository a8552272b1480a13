import { isIP } from 'node:net';

/** Where a session's server listens. */
export interface ServerAddress {
  /** As {@link canonicalAddress} writes it. */
  readonly address: string;
  /** It was written as an IPv6 address, be it one that stands for an IPv4 address. */
  readonly isIPv6: boolean;
  /** Null: not known. */
  readonly port: number | null;
}

const IPV4_IN_IPV6 = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/**
 * One spelling per address: IPv4 in its four numbers, also where it is mapped into IPv6, IPv6 in its shortest form without a zone.
 * @returns undefined for what is no address
 */
export function canonicalAddress(written: string): string | undefined {
  const address = written.replace(/%.*$/, '');
  const family = isIP(address);
  if (family !== 6) return family === 4 ? address : undefined;
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const mapped = IPV4_IN_IPV6.exec(short);
  if (!mapped) return short;
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** Reads `address:port` as sessions report it, IPv6 with or without brackets; undefined if it holds no address. */
export function parseServerAddress(written: string): ServerAddress | undefined {
  const split = /^(.*):(\d{1,5})$/.exec(written);
  const whole = addressOf(written, null);
  return (split && addressOf(split[1]!, Number(split[2]))) ?? whole;
}

function addressOf(written: string, port: number | null): ServerAddress | undefined {
  const bare = written.replace(/^\[(.*)\]$/, '$1');
  const address = canonicalAddress(bare);
  return address === undefined ? undefined : { address, isIPv6: bare.includes(':'), port };
}
