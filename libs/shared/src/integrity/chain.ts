import { hash } from 'node:crypto';

/** What a file's first block is linked to: 32 zero bytes. */
export const FIRST_LINK: Uint8Array = Buffer.alloc(32);

/**
 * The link of a block in its file's chain: SHA-256 over the link before and the SHA-256 of the block's bytes, 32 bytes each. So a
 * link stands for every block up to its own and for their order. The chain goes on where a file takes the name of another one.
 * @returns 32 bytes
 */
export function nextLink(previous: Uint8Array, sha256: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([previous, sha256]), 'buffer');
}
