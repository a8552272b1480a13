import { ForensicsError } from '@fleet-forensics/shared/error';
import { withRoom } from '@fleet-forensics/shared/wire/byte-room';
import { MAX_MESSAGE_BYTES } from '@fleet-forensics/shared/wire/limits';

export const FRAME_HEADER_BYTES = 12;

/** Of a payload: a message's text and what stands around it. */
export const MAX_PAYLOAD_BYTES = MAX_MESSAGE_BYTES + 1024;

const VERSION = 1;

/** A longer buffer that frames were joined in is let go: a connection keeps no more than this between two frames. */
const MAX_KEPT_BYTES = 4096;

const NO_BYTES = Buffer.alloc(0);

/**
 * Finds the frames of docs/NODE-SOCKET.md in a stream, however it is cut into chunks. After each {@link next} that returns true the
 * fields describe one frame, until the next call. Nothing is copied but a frame that crosses chunks.
 */
export class FrameReader {
  kind = 0;
  /** As the session counts, modulo 2^32. */
  dropped = 0;
  /** The bytes from `start` up to `end` are the payload. */
  bytes: Buffer = NO_BYTES;
  start = 0;
  end = 0;
  #chunk: Buffer = NO_BYTES;
  #at = 0;
  /** The beginning of a frame that crosses chunks. */
  #joined: Buffer = NO_BYTES;
  #joinedLength = 0;

  /** A frame has begun that is not whole: bytes of it that are kept, at most a frame's. */
  get pendingBytes(): number {
    return this.#joinedLength;
  }

  /** Goes on with a chunk; the one before has been read to its end. */
  take(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /**
   * Moves to the next frame; false if the chunk holds no further whole one.
   * @throws ForensicsError FF_BAD_FRAME if the bytes are no frame; nothing can be read behind it
   */
  next(): boolean {
    if (this.#joinedLength > 0 ? this.#nextJoined() : this.#nextInChunk()) return true;
    // An idle connection must not keep its last chunk.
    this.#chunk = NO_BYTES;
    this.#at = 0;
    this.bytes = NO_BYTES;
    return false;
  }

  #nextInChunk(): boolean {
    const rest = this.#chunk.length - this.#at;
    if (rest < FRAME_HEADER_BYTES) return this.#join(FRAME_HEADER_BYTES);
    const length = this.#readHeader(this.#chunk, this.#at);
    if (rest < FRAME_HEADER_BYTES + length) return this.#join(FRAME_HEADER_BYTES + length);
    this.bytes = this.#chunk;
    this.start = this.#at + FRAME_HEADER_BYTES;
    this.end = this.#at = this.start + length;
    return true;
  }

  #nextJoined(): boolean {
    if (!this.#join(FRAME_HEADER_BYTES)) return false;
    const length = this.#readHeader(this.#joined, 0);
    if (!this.#join(FRAME_HEADER_BYTES + length)) return false;
    this.bytes = this.#joined;
    this.start = FRAME_HEADER_BYTES;
    this.end = FRAME_HEADER_BYTES + length;
    this.#joinedLength = 0;
    if (this.#joined.length > MAX_KEPT_BYTES) this.#joined = NO_BYTES;
    return true;
  }

  /** Copies what the chunk has of a beginning of this many bytes; true if it is whole now. */
  #join(byteLength: number): boolean {
    const missing = byteLength - this.#joinedLength;
    if (missing <= 0) return true;
    this.#joined = withRoom(this.#joined, this.#joinedLength, missing);
    const taken = Math.min(missing, this.#chunk.length - this.#at);
    this.#chunk.copy(this.#joined, this.#joinedLength, this.#at, this.#at + taken);
    this.#joinedLength += taken;
    this.#at += taken;
    return taken === missing;
  }

  /** @returns the payload's length */
  #readHeader(bytes: Buffer, at: number): number {
    const length = uint32(bytes, at);
    if (length > MAX_PAYLOAD_BYTES) throw badFrame(`a payload of ${length} bytes: at most ${MAX_PAYLOAD_BYTES} are expected`);
    const version = bytes[at + 5]!;
    if (version !== VERSION) throw badFrame(`version ${version}: ${VERSION} is expected`);
    if (bytes[at + 6] !== 0 || bytes[at + 7] !== 0) throw badFrame('a header whose bytes 6 and 7 are not 0');
    this.kind = bytes[at + 4]!;
    this.dropped = uint32(bytes, at + 8);
    return length;
  }
}

export function badFrame(what: string): ForensicsError {
  return new ForensicsError('FF_BAD_FRAME', what);
}

/** Little-endian; Buffer's own method checks what is known here, line after line. */
function uint32(bytes: Buffer, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
