import type { ProftpdLog } from '@fleet-forensics/shared/proftpd/log-entry';

/** How far a file has been read. It is known again by its inode and by what it begins with. */
export interface FilePosition {
  readonly ino: number;
  /** When it was made, milliseconds since 1970: which of two files of a log is the newer one. */
  readonly birthMs: number;
  readonly offset: number;
  /** Its first bytes, at most HEAD_BYTES, and no more than have been read. */
  readonly head: Uint8Array;
}

/** Bytes that tell a file from another one that has its inode or its name. */
export const HEAD_BYTES = 256;

/**
 * Whatever the sessions of a node depend on. The same inputs in the same order give the same events with the same numbers, so
 * that to keep the inputs is to keep the events.
 */
export type Input =
  | {
      readonly kind: 'bytes';
      readonly log: ProftpdLog;
      /** When they were read, milliseconds since 1970; never goes back. */
      readonly nowMs: number;
      readonly data: Uint8Array;
      /** Inode of the file that they come from; 0 = a FIFO. */
      readonly ino: number;
    }
  /** This file of the log is read from here on: a new one, or one whose inode begins anew. */
  | { readonly kind: 'file'; readonly log: ProftpdLog; readonly position: FilePosition }
  /** It is not read any more. */
  | { readonly kind: 'fileLeft'; readonly log: ProftpdLog; readonly ino: number }
  /** All logs have been read as far as they were written at this time, milliseconds since 1970. */
  | { readonly kind: 'tick'; readonly nowMs: number }
  | { readonly kind: 'processGone'; readonly pid: number; readonly session: string };
