/**
 * Which file it is, whatever its name: the same as long as it exists. Device, inode, and time of birth, as the number of an inode that is
 * gone is given to the next file.
 */
export function identityOf({ dev, ino, birthtimeNs }: { dev: bigint; ino: bigint; birthtimeNs: bigint }): string {
  return `${dev}:${ino}:${birthtimeNs}`;
}
