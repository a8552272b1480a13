/** Bounds of what an event holds: settings. */
export interface LineBounds {
  readonly nameBytes: number;
  readonly messageBytes: number;
}

/** A message's level, at most. The least is -1: how ProFTPD logs without one. */
export const MAX_INT32 = 2 ** 31 - 1;

/** A PID, or messages lost at a source, at most. */
export const MAX_UINT32 = 2 ** 32 - 1;

/** Number of a message or criterion at a node's socket, at most: a record adds a count to it, and must stay below 2^53. */
export const MAX_SEQ = 2 ** 52;

/** Seconds in which an open may promise a record, at most: a day. */
export const MAX_KEEP_ALIVE_S = 86_400;
