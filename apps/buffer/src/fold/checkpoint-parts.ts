import { ForensicsError } from '@fleet-forensics/shared/error';
import { sessionKey } from '@fleet-forensics/shared/session-key';
import type { CheckpointPart, SessionState } from '@fleet-forensics/shared/wire/checkpoint';
import type { SessionName } from '@fleet-forensics/shared/wire/session-event';

/** A checkpoint of which every part has come. */
export interface WholeCheckpoint {
  readonly name: SessionName;
  readonly asOf: number;
  readonly state: SessionState;
  /** The bytes of the ring's chunks; empty in a live fold, which takes no state from checkpoints. */
  readonly ring: Uint8Array;
}

interface Arriving {
  readonly asOf: number;
  readonly name: SessionName;
  readonly pieces: (Piece | undefined)[];
  state: SessionState | undefined;
  missing: number;
}

interface Piece {
  readonly byteLength: number;
  bytes: Uint8Array | undefined;
}

/** Puts the parts of checkpoints together. Parts of the same `asOf` are identical, whoever wrote them. */
export class CheckpointParts {
  readonly #window: number;
  /** By session and `asOf`, in the order in which their first parts came. */
  readonly #arriving = new Map<string, Arriving>();

  /** @param window records after which a checkpoint does not count any more */
  constructor(window: number) {
    this.#window = window;
  }

  /**
   * Takes the part that lies at `offset`.
   * @param keepsBytes whether the ring will be needed
   * @returns the checkpoint, if this was its last missing part
   * @throws ForensicsError FF_BAD_RECORD if the parts do not fit each other
   */
  add(part: CheckpointPart, offset: number, keepsBytes: boolean): WholeCheckpoint | undefined {
    this.#forgetBefore(offset - this.#window);
    const id = `${sessionKey(part.node, part.session)}\0${part.asOf}`;
    const arriving = this.#arriving.get(id) ?? this.#expect(id, part);
    if (arriving.pieces.length !== part.parts) throw contradicts(part, `is one of ${part.parts} parts, an earlier one was not`);
    if (arriving.pieces[part.part]) return undefined;
    const bytes = keepsBytes ? Uint8Array.from(part.messages) : undefined;
    arriving.pieces[part.part] = { byteLength: part.messages.length, bytes };
    arriving.state ??= part.state;
    arriving.missing -= 1;
    if (arriving.missing > 0) return undefined;
    this.#arriving.delete(id);
    return wholeOf(part, arriving.state!, arriving.pieces as Piece[]);
  }

  /** From here on the fold is live: it counts parts and needs no rings. */
  dropBytes(): void {
    for (const { pieces } of this.#arriving.values()) for (const piece of pieces) if (piece) piece.bytes = undefined;
  }

  #expect(id: string, { node, session, asOf, parts }: CheckpointPart): Arriving {
    const pieces = Array.from<Piece | undefined>({ length: parts });
    const arriving: Arriving = { name: { node, session }, asOf, pieces, state: undefined, missing: parts };
    this.#arriving.set(id, arriving);
    return arriving;
  }

  #forgetBefore(offset: number): void {
    for (const [id, { asOf }] of this.#arriving) if (asOf < offset) this.#arriving.delete(id);
  }
}

function wholeOf(part: CheckpointPart, state: SessionState, pieces: readonly Piece[]): WholeCheckpoint {
  const written = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const expected = state.chunks.reduce((sum, { bytes }) => sum + bytes, 0);
  if (written !== expected) throw contradicts(part, `has ${written} bytes of ring where its chunks have ${expected}`);
  const { node, session, asOf } = part;
  return { name: { node, session }, asOf, state, ring: Buffer.concat(pieces.flatMap(({ bytes }) => bytes ?? [])) };
}

function contradicts({ asOf }: CheckpointPart, why: string): ForensicsError {
  return new ForensicsError('FF_BAD_RECORD', `checkpoint as of ${asOf} ${why}`);
}
