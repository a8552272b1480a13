import { bad, bounded, NO_BYTES, safe } from './checked-values.ts';
import type { CheckpointPart, ChunkSize, SessionState } from './checkpoint.ts';
import type { fleet_forensics } from './gen/forensics.js';
import { MAX_CHECKPOINT_PARTS } from './limits.ts';
import { v1 } from './schema.ts';
import { toContext, toLedger, toPolicy, toSessionName } from './session-values.ts';

/** @throws ForensicsError FF_RECORD_TOO_LARGE over MAX_RECORD_BYTES */
export function encodeCheckpointPart({ node, session, asOf, part, parts, messages, state }: CheckpointPart): Buffer {
  const checkpoint = { asOf, part, parts, ...(state && ofState(state)) };
  const batch = { node, session, messages, checkpoint, context: state?.context, policy: state?.policy };
  return bounded(v1.Record.encode({ batch } as fleet_forensics.v1.Record.$Properties).finish(), 'checkpoint');
}

function ofState({ ledger, lastSeq, lastRecordMs, lastOffset, keepAliveS, ringCount, chunks }: SessionState): object {
  const chunkCounts = chunks.map(({ count }) => count);
  const chunkBytes = chunks.map(({ bytes }) => bytes);
  return { ledger, lastSeq, lastRecordTime: lastRecordMs, lastOffset, keepAliveS, ringCount, chunkCounts, chunkBytes };
}

/** `messages` shares the record's memory. @throws ForensicsError FF_BAD_RECORD */
export function toCheckpointPart(
  batch: fleet_forensics.v1.SessionBatch.$Properties,
  checkpoint: fleet_forensics.v1.Checkpoint.$Properties,
): CheckpointPart {
  const part = checkpoint.part!;
  const parts = checkpoint.parts!;
  if (parts === 0 || parts > MAX_CHECKPOINT_PARTS || part >= parts) throw bad('checkpoint', `is part ${part} of ${parts}`);
  return {
    ...toSessionName(batch),
    asOf: safe('checkpoint', checkpoint.asOf!),
    part,
    parts,
    messages: batch.messages ?? NO_BYTES,
    ...(part === 0 && { state: toState(batch, checkpoint) }),
  };
}

function toState(
  { context, policy }: fleet_forensics.v1.SessionBatch.$Properties,
  wire: fleet_forensics.v1.Checkpoint.$Properties,
): SessionState {
  return {
    context: toContext(context ?? {}),
    ...(policy && { policy: toPolicy(policy) }),
    ledger: toLedger(wire.ledger ?? {}),
    lastSeq: safe('checkpoint', wire.lastSeq!),
    lastRecordMs: safe('checkpoint', wire.lastRecordTime!),
    lastOffset: safe('checkpoint', wire.lastOffset!),
    keepAliveS: wire.keepAliveS!,
    ...toRing(wire),
  };
}

function toRing(wire: fleet_forensics.v1.Checkpoint.$Properties): Pick<SessionState, 'ringCount' | 'chunks'> {
  const ringCount = wire.ringCount!;
  const counts = wire.chunkCounts ?? [];
  const bytes = wire.chunkBytes ?? [];
  if (counts.length !== bytes.length) throw bad('checkpoint', `has ${counts.length} chunk counts and ${bytes.length} lengths`);
  const chunks: ChunkSize[] = counts.map((count, index) => ({ count, bytes: bytes[index]! }));
  const held = counts.reduce((sum, count) => sum + count, 0);
  if (ringCount > held) throw bad('checkpoint', `counts ${ringCount} messages in a ring that holds ${held}`);
  return { ringCount, chunks };
}
