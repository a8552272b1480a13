/** The buffer, or a copy of its first `used` bytes in one at least twice as long, with room for `byteLength` bytes more. */
export function withRoom(bytes: Buffer, used: number, byteLength: number): Buffer {
  const needed = used + byteLength;
  if (needed <= bytes.length) return bytes;
  const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * bytes.length));
  bytes.copy(grown, 0, 0, used);
  return grown;
}
