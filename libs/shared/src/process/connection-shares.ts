import { isIPv6, type Socket } from 'node:net';

/** The connections of a listener by whom they come from, so that nobody has all of them. */
export class ConnectionShares {
  readonly #max: number;
  readonly #byNetwork = new Map<string, number>();

  /** @param max connections of one network ({@link networkOf}) */
  constructor(max: number) {
    this.#max = max;
  }

  /** Counts a connection until it closes. One too many is closed. @returns undefined, or the network that has all of its own */
  take(socket: Socket): string | undefined {
    const network = networkOf(socket.remoteAddress ?? '');
    const count = this.#byNetwork.get(network) ?? 0;
    if (count >= this.#max) {
      socket.destroy();
      return network;
    }
    this.#byNetwork.set(network, count + 1);
    socket.once('close', () => {
      const left = this.#byNetwork.get(network)! - 1;
      if (left === 0) this.#byNetwork.delete(network);
      else this.#byNetwork.set(network, left);
    });
    return undefined;
  }
}

/** IPv4 as it is, also where it comes over IPv6; of IPv6 the first 64 bits, of which one client usually has all addresses. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!isIPv6(plain)) return plain;
  const [head, tail] = plain.split('::');
  const before = !head ? [] : head.split(':');
  const behind = !tail ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - behind.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...behind];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
