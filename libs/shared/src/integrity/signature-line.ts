import { ForensicsError } from '../error.ts';
import type { RecordedBlock } from './block-list.ts';
import { nextLink } from './chain.ts';
import type { ChainPlace, SignedHead } from './signed-head.ts';

/** Blocks of one line; signatures come at least this often. */
export const MAX_SIGNED_BLOCKS = 10_000;
/** Of one line: 10,000 blocks of at most 150 bytes each, and the longest path in JSON. */
export const MAX_SIGNATURE_LINE_BYTES = 2 * 1024 * 1024;

/** A line of a signature file: which blocks are signed, so that the file can be checked against it alone. */
export interface SignatureLine {
  readonly head: SignedHead;
  /** Those between the two places, with the links that follow from the first one's. */
  readonly blocks: readonly RecordedBlock[];
  /** Of the public key. */
  readonly keyId: string;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

interface LineJson {
  readonly v: 1;
  readonly file: string;
  readonly generation: number;
  readonly from: PlaceJson;
  /** Id, offset, length and SHA-256 of each. */
  readonly blocks: readonly (readonly [string, number, number, string])[];
  readonly to: PlaceJson;
  readonly signedAtUs: number;
  readonly key: string;
  readonly signature: string;
}

interface PlaceJson {
  readonly blocks: number;
  readonly offset: number;
  readonly link: string;
}

/** Beside the file, for each generation its own from the beginning: it need not be renamed with it. */
export function signatureFileName(name: string, generation: number): string {
  return `${name}.${generation}.sig`;
}

/** One line of JSON, its line feed included. */
export function formatSignatureLine({ head, blocks, keyId, signature }: SignatureLine): string {
  const { file, generation, from, to, signedAtUs } = head;
  const line: LineJson = {
    v: 1,
    file,
    generation,
    from: placeJson(from),
    blocks: blocks.map(({ blockId, offset, length, sha256 }) => [hex(blockId), offset, length, hex(sha256)]),
    to: placeJson(to),
    signedAtUs,
    key: keyId,
    signature: Buffer.from(signature).toString('base64'),
  };
  return `${JSON.stringify(line)}\n`;
}

/**
 * Reads a line. That it says the same of its blocks as of its places is checked; the signature is not.
 * @throws ForensicsError FF_BAD_SIGNATURE that says what is wrong
 */
export function parseSignatureLine(line: string): SignatureLine {
  try {
    return signatureLine(JSON.parse(line) as LineJson);
  } catch (cause) {
    if (cause instanceof ForensicsError) throw cause;
    throw new ForensicsError('FF_BAD_SIGNATURE', 'it is no line of a signature file', { cause });
  }
}

function signatureLine({ v, file, generation, from, blocks, to, signedAtUs, key, signature }: LineJson): SignatureLine {
  if (v !== 1) throw new ForensicsError('FF_BAD_SIGNATURE', 'a later release wrote it');
  const numbers = [generation, signedAtUs, from.blocks, from.offset, to.blocks, to.offset];
  if (typeof file !== 'string' || !numbers.every(isNatural) || generation > 0xffffffff) throw bad('a value of it is none');
  const head = { file, generation, from: chainPlace(from), to: chainPlace(to), signedAtUs };
  let { link } = head.from;
  const recorded = blocks.map(([id, offset, length, digest]) => {
    if (!isNatural(offset) || !isNatural(length) || length === 0) throw bad('a block of it has no place');
    const sha256 = bytes(digest, 32);
    link = nextLink(link, sha256);
    return { blockId: bytes(id, 16), offset, length, sha256, chain: link };
  });
  const last = recorded.at(-1);
  const isNext = head.from.blocks + recorded.length === head.to.blocks && Buffer.compare(link, head.to.link) === 0;
  if (!last || !isNext || last.offset + last.length !== head.to.offset) throw bad('its blocks are not those that are signed');
  return { head, blocks: recorded, keyId: key, signature: Buffer.from(signature, 'base64') };
}

function placeJson({ blocks, offset, link }: ChainPlace): PlaceJson {
  return { blocks, offset, link: hex(link) };
}

function chainPlace({ blocks, offset, link }: PlaceJson): ChainPlace {
  return { blocks, offset, link: bytes(link, 32) };
}

function bytes(digits: string, length: number): Buffer {
  const found = Buffer.from(digits, 'hex');
  if (found.length !== length || digits.length !== 2 * length) throw bad('a value of it is no digest');
  return found;
}

function isNatural(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function hex(value: Uint8Array): string {
  return Buffer.from(value).toString('hex');
}

function bad(why: string): ForensicsError {
  return new ForensicsError('FF_BAD_SIGNATURE', why);
}
