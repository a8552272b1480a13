import type { BlockList } from '@fleet-forensics/shared/integrity/block-list';
import type { Damage } from '@fleet-forensics/shared/integrity/damage';
import type { RecordFault } from '@fleet-forensics/shared/integrity/record-fault';
import type { RecordedFile } from './block-record.ts';

/** Something that is not as it has to be. */
export type Finding =
  /** The file's blocks are not as they were filed. */
  | { readonly kind: 'damage'; readonly damage: Damage }
  /** Bytes behind the last block of a file that is written to: from a write that a crash cut short, or somebody else's. */
  | { readonly kind: 'tail'; readonly offset: number; readonly bytes: number }
  /** What was recorded of the blocks is at odds with itself. */
  | { readonly kind: 'record'; readonly fault: RecordFault }
  /** `packed`: the file's gzip stream, which says nothing of the blocks but up to which one it can be read. */
  | { readonly kind: 'packed'; readonly index: number; readonly why: string }
  | { readonly kind: 'missing'; readonly paths: readonly string[] }
  | { readonly kind: 'unreadable'; readonly why: string };

/** What was found out of one file. */
export interface Verdict {
  readonly name: RecordedFile;
  readonly blocks: BlockList;
  /** Of the blocks that are as they were filed. */
  readonly intactBytes: number;
  /** None: it is intact. The first one is of the first block that is concerned. */
  readonly findings: readonly Finding[];
  /** What a reader should know of an intact file, too. */
  readonly notices: readonly string[];
}
