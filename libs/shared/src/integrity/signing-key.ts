import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { ForensicsError, messageOf } from '../error.ts';
import { type SignedHead, signedBytes } from './signed-head.ts';

const OTHERS = 0o077;
const KEY_TYPE = 'ed25519';

/** Signs heads of chains with an Ed25519 key (RFC 8032). */
export class HeadSigner {
  /** Of its public key: {@link keyIdOf}. */
  readonly keyId: string;
  /** PEM, SPKI: for those who verify. */
  readonly publicPem: string;
  readonly #key: KeyObject;

  /** @throws ForensicsError FF_BAD_KEY if it is no Ed25519 key in PEM, PKCS #8, without a passphrase */
  constructor(pem: string | Buffer, name = 'the signing key') {
    this.#key = keyOf(name, 'private', () => createPrivateKey(pem));
    const publicKey = createPublicKey(this.#key);
    this.keyId = keyIdOf(publicKey);
    this.publicPem = String(publicKey.export({ type: 'spki', format: 'pem' }));
  }

  /**
   * @param path of the key, readable for its owner only
   * @throws ForensicsError FF_BAD_KEY that says what is wrong with the file
   */
  static ofFile(path: string): HeadSigner {
    return new HeadSigner(readPrivate(path), path);
  }

  /** @returns 64 bytes */
  sign(head: SignedHead): Buffer {
    return sign(null, signedBytes(head), this.#key);
  }
}

/** @throws ForensicsError FF_BAD_KEY if it can't be read or is no Ed25519 public key in PEM */
export function readPublicKey(path: string): KeyObject {
  return keyOf(path, 'public', () => createPublicKey(readFileSync(path)));
}

export function isSignedBy(publicKey: KeyObject, head: SignedHead, signature: Uint8Array): boolean {
  return verify(null, signedBytes(head), publicKey, signature);
}

/** 32 hexadecimal digits: the first half of SHA-256 over the public key's SPKI bytes. */
export function keyIdOf(publicKey: KeyObject): string {
  return hash('sha256', publicKey.export({ type: 'spki', format: 'der' }), 'hex').slice(0, 32);
}

function readPrivate(path: string): Buffer {
  let fd: number | undefined;
  try {
    // Without O_NONBLOCK a FIFO would hold up the process until somebody writes to it.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { mode } = fstatSync(fd);
    if ((mode & OTHERS) === 0) return readFileSync(fd);
  } catch (cause) {
    throw new ForensicsError('FF_BAD_KEY', `the signing key ${JSON.stringify(path)} can't be read: ${messageOf(cause)}`, {
      cause,
    });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
  throw new ForensicsError(
    'FF_BAD_KEY',
    `the signing key ${JSON.stringify(path)} is open to others: run chmod 600 on it, and make a new one if somebody may have read it`,
  );
}

function keyOf(name: string, kind: 'private' | 'public', read: () => KeyObject): KeyObject {
  const expected = `expected an Ed25519 ${kind} key in PEM (openssl genpkey -algorithm ed25519; openssl pkey -pubout)`;
  let key: KeyObject;
  try {
    key = read();
  } catch (cause) {
    throw new ForensicsError('FF_BAD_KEY', `${JSON.stringify(name)} is no key: ${messageOf(cause)}; ${expected}`, { cause });
  }
  if (key.asymmetricKeyType === KEY_TYPE) return key;
  throw new ForensicsError(
    'FF_BAD_KEY',
    `${JSON.stringify(name)} is a key of another kind, ${key.asymmetricKeyType}; ${expected}`,
  );
}
