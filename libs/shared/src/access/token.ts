import { hash, randomBytes } from 'node:crypto';

const TOKEN_BYTES = 32;

/** The prefix lets scanners for leaked secrets find one. */
const PREFIX = 'ff_';

/** What RFC 6750, section 2.1, lets a bearer token be made of; longer ones are not ours. */
const TOKEN = /^[A-Za-z0-9._~+/-]{16,256}={0,2}$/;

/** A new secret that nobody can guess: 256 random bits. */
export function newToken(): string {
  return PREFIX + randomBytes(TOKEN_BYTES).toString('base64url');
}

/** True if the text can be a token at all. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * SHA-256, 64 hexadecimal digits. No salt and no slow hash: nobody tries out 256 random bits.
 */
export function hashOfToken(token: string): string {
  return hash('sha256', token, 'hex');
}
