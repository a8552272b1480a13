import type { CheckpointPart } from '@fleet-forensics/shared/wire/checkpoint';
import { encodeCheckpointPart } from '@fleet-forensics/shared/wire/checkpoint-codec';
import { CHECKPOINT_PIECE_BYTES, CHECKPOINT_WINDOW } from '@fleet-forensics/shared/wire/limits';
import type { Session } from './session.ts';

/** A simulation makes them small. */
export interface CheckpointBounds {
  /** Records: a checkpoint that lies further behind its as_of is passed over. The same for every fold of one log. */
  readonly window: number;
  /** Bytes of the ring in one part. */
  readonly pieceBytes: number;
  /** What a checkpoint has beside the ring, roughly: without it sessions with empty rings would be due by their own checkpoints. */
  readonly stateBytes: number;
}

export const CHECKPOINT_BOUNDS: CheckpointBounds = {
  window: CHECKPOINT_WINDOW,
  pieceBytes: CHECKPOINT_PIECE_BYTES,
  stateBytes: 512,
};

/**
 * The session's state after the record at `asOf`, as values of forensic.session-events, in order: a pure function of the log up to
 * there, whoever writes it, and however late.
 */
export function encodeCheckpoint(session: Session, asOf: number, { pieceBytes }: Pick<CheckpointBounds, 'pieceBytes'>): Buffer[] {
  const ring = session.ringBytes;
  const parts = Math.max(1, Math.ceil(ring.length / pieceBytes));
  return Array.from({ length: parts }, (_, part) => {
    const messages = ring.subarray(part * pieceBytes, (part + 1) * pieceBytes);
    const piece: CheckpointPart = { ...session.name, asOf, part, parts, messages, ...(part === 0 && { state: session.state }) };
    return encodeCheckpointPart(piece);
  });
}
