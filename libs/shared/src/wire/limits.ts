/**
 * Bounds that hold for everyone who writes or reads the wire format. They are constants, not settings: a reader could not
 * tell a record written under another bound from a damaged one.
 */

/** A message's text, bytes. Longer ones are refused at the source (settings may be stricter, never looser). */
export const MAX_MESSAGE_BYTES = 64 * 1024;

/** Node, session, criterion, policy, end reason and every string of a context, bytes of UTF-8. */
export const MAX_NAME_BYTES = 256;

/** A free text that goes with a criterion, bytes of UTF-8. */
export const MAX_DETAIL_BYTES = 4 * 1024;

/** A path in a policy, bytes of UTF-8 (PATH_MAX without its NUL). */
export const MAX_PATH_BYTES = 4095;

/** A record's value, bytes; below Kafka's default message.max.bytes of 1 MiB with room for the batch's own header. */
export const MAX_RECORD_BYTES = 900_000;

/** Criteria of one policy. */
export const MAX_CRITERIA = 64;

/** Block formats of one policy. */
export const MAX_FORMATS = 8;

/** Messages of one record; a ring evicts by whole records. */
export const MAX_BATCH_MESSAGES = 1_000;

/** A policy's ring, encoded message bytes. */
export const MAX_RING_BYTES = 64 * 1024 * 1024;

/** A policy's ring, messages. */
export const MAX_RING_MESSAGES = 100_000;

/** Parts of one block: 64 MiB of ring and one record over. */
export const MAX_BLOCK_PARTS = 128;

/** Parts of one checkpoint: a ring's bytes in pieces of CHECKPOINT_PIECE_BYTES. */
export const MAX_CHECKPOINT_PARTS = 128;

/** Bytes of a ring in one part of a checkpoint: leaves room for the table of its chunks, which has at most 160 KB. */
export const CHECKPOINT_PIECE_BYTES = 680_000;

/**
 * Records: a checkpoint that lies further behind its as_of is passed over by every fold, so that one that replays has to keep
 * no more than this many records to found a session on it.
 */
export const CHECKPOINT_WINDOW = 8192;
