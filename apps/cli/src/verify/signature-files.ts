import type { KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { ForensicsError } from '@fleet-forensics/shared/error';
import {
  MAX_SIGNATURE_LINE_BYTES,
  parseSignatureLine,
  type SignatureLine,
  signatureFileName,
} from '@fleet-forensics/shared/integrity/signature-line';
import { isSignedBy, keyIdOf } from '@fleet-forensics/shared/integrity/signing-key';
import type { BlockRecord } from './block-record.ts';
import { TemporaryRecord } from './temporary-record.ts';

const LINE_FEED = 0x0a;

/** What the signatures below a root say. */
export interface SignatureRecord {
  readonly record: BlockRecord;
  readonly signatures: number;
  /** What is wrong with signature files, each with its path. */
  readonly problems: readonly string[];
}

/**
 * Reads signature files. Only what is signed with this key counts.
 * @param paths of files whose names end in `.sig`, below the root
 * @throws Node's errors
 */
export async function signatureRecord(root: string, paths: readonly string[], publicKey: KeyObject): Promise<SignatureRecord> {
  const temporary = new TemporaryRecord('the signatures');
  const problems: string[] = [];
  let signatures = 0;
  for (const path of paths) {
    const check = new SignatureFileCheck(root, path, publicKey);
    let number = 0;
    try {
      for await (const text of linesOf(path)) {
        number += 1;
        // Behind what an older journal has signed.
        if (text === '') continue;
        const { head, blocks } = check.take(text);
        temporary.add(blocks.map((block) => ({ ...block, file: head.file, generation: head.generation })));
        signatures += 1;
      }
    } catch (error) {
      if (!(error instanceof ForensicsError)) throw error;
      problems.push(`${path}, line ${number}: ${error.message}`);
    }
  }
  return { record: temporary.record, signatures, problems };
}

/** The lines of one signature file, each of which goes on where the one before ends. */
class SignatureFileCheck {
  readonly #root: string;
  readonly #path: string;
  readonly #publicKey: KeyObject;
  readonly #keyId: string;
  #last: SignatureLine | undefined;

  constructor(root: string, path: string, publicKey: KeyObject) {
    this.#root = root;
    this.#path = path;
    this.#publicKey = publicKey;
    this.#keyId = keyIdOf(publicKey);
  }

  /** @throws ForensicsError FF_BAD_SIGNATURE */
  take(text: string): SignatureLine {
    const line = parseSignatureLine(text);
    const { head, keyId, signature } = line;
    if (keyId !== this.#keyId) throw bad(`it is signed with another key, ${JSON.stringify(keyId)} and not ${this.#keyId}`);
    if (!isSignedBy(this.#publicKey, head, signature)) throw bad('its signature does not hold');
    if (join(this.#root, signatureFileName(head.file, head.generation)) !== this.#path) {
      throw bad(`it is of another file, ${JSON.stringify(head.file)} generation ${head.generation}`);
    }
    const last = this.#last?.head.to;
    // A journal that was begun anew signs anew.
    const isNext = head.from.blocks === 0 || (last !== undefined && isPlace(last, head.from));
    if (!isNext) throw bad('it does not go on where the one before ends: a signature was removed, or lost');
    this.#last = line;
    return line;
  }
}

function isPlace(one: SignatureLine['head']['to'], other: SignatureLine['head']['to']): boolean {
  return one.blocks === other.blocks && one.offset === other.offset && Buffer.compare(one.link, other.link) === 0;
}

/** @throws ForensicsError FF_BAD_SIGNATURE if one is longer than any can be */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED)) {
      yield rest.toString('utf8', 0, end);
      rest = rest.subarray(end + 1);
    }
    if (rest.length > MAX_SIGNATURE_LINE_BYTES) throw bad('the line behind it is longer than any can be');
  }
  // What a crash cut short is written again; until then those blocks are not signed.
}

function bad(why: string): ForensicsError {
  return new ForensicsError('FF_BAD_SIGNATURE', why);
}
