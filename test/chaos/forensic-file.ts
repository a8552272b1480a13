import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FiledBlock, parseForensicFile } from '@fleet-forensics/standalone/filed-block';

const PIECE_BYTES = 8 * 1024 * 1024;
const NEWLINE = 0x0a;
const FOOT_BEGIN = Buffer.from('\n-----END ');
const FOOT_END = Buffer.from(' FORENSICS-----\n');

/** A forensic file that is read from its start on, in pieces: it may be longer than memory, and grow meanwhile. */
export class ForensicFile {
  readonly path: string;
  #offset = 0;
  #rest: Buffer = Buffer.alloc(0);

  /** @param path of a file that need not be there yet */
  constructor(path: string) {
    this.path = path;
  }

  /** Bytes behind the last whole block, as far as they were read. */
  get tornBytes(): number {
    return this.#rest.length;
  }

  /**
   * The whole blocks that were not read before.
   * @throws Error of parseForensicFile, for what is no block; if the file became shorter than what was read of it
   */
  *blocks(): Generator<FiledBlock> {
    for (let piece = this.#read(); piece.length > 0; piece = this.#read()) {
      const bytes = Buffer.concat([this.#rest, piece]);
      const end = endOfLastBlock(bytes);
      this.#rest = bytes.subarray(end);
      if (end > 0) yield* parseForensicFile(bytes.subarray(0, end));
    }
  }

  #read(): Buffer {
    const descriptor = openUnlessMissing(this.path);
    if (descriptor === undefined) return Buffer.alloc(0);
    try {
      const { size } = fstatSync(descriptor);
      if (size < this.#offset) throw new Error(`${this.path} became shorter: ${size} bytes, of which ${this.#offset} were read`);
      const piece = Buffer.alloc(Math.min(size - this.#offset, PIECE_BYTES));
      const length = readSync(descriptor, piece, 0, piece.length, this.#offset);
      this.#offset += length;
      return piece.subarray(0, length);
    } finally {
      closeSync(descriptor);
    }
  }
}

/** Offset behind the last line that ends a block; 0: there is none. Such a line in column one is always the writer's own. */
function endOfLastBlock(bytes: Buffer): number {
  for (let at = bytes.lastIndexOf(FOOT_BEGIN); at !== -1; at = at === 0 ? -1 : bytes.lastIndexOf(FOOT_BEGIN, at - 1)) {
    const lineEnd = bytes.indexOf(NEWLINE, at + 1);
    if (
      lineEnd !== -1 &&
      bytes
        .subarray(at, lineEnd + 1)
        .toString('latin1')
        .endsWith(FOOT_END.toString('latin1'))
    )
      return lineEnd + 1;
  }
  return 0;
}

function openUnlessMissing(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
