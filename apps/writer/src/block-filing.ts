import type { WriterSettings } from '@fleet-forensics/shared/settings/writer-settings';
import { BlockWriter } from './block-writer.ts';
import type { FileCalls } from './file-calls.ts';
import { FileBound } from './file-bound.ts';
import { HeadSignatures, type Signing } from './head-signatures.ts';
import type { Journal } from './journal.ts';
import { RotatedFiles } from './rotated-files.ts';
import { Settlement } from './settlement.ts';
import { Turn } from './turn.ts';
import type { WriterCounters } from './writer-counters.ts';

/** Of WriterSettings, what concerns the files. */
export type FilingSettings = Pick<
  WriterSettings,
  'memoryBytes' | 'headroomBytes' | 'maxFiles' | 'rotateBytes' | 'rotateDaily' | 'rotatedGzip' | 'rotatedKeep' | 'rotatedDays'
>;

export interface BlockFilingOptions {
  /** Absolute. */
  readonly root: string;
  readonly journal: Journal;
  readonly calls: FileCalls;
  readonly settings: FilingSettings;
  readonly counters: WriterCounters;
  /** Undefined: nothing is signed. */
  readonly signing?: Signing | undefined;
  readonly warn: (message: string) => void;
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
}

/** All that writes below one root. */
export interface BlockFiling {
  readonly writer: BlockWriter;
  readonly rotatedFiles: RotatedFiles;
  readonly signatures: HeadSignatures | undefined;
}

/** Puts a writer and its parts together. A journal has one in a process. */
export function blockFiling({ settings, signing, ...shared }: BlockFilingOptions): BlockFiling {
  const turn = new Turn();
  const {
    rotateBytes: maxBytes,
    rotateDaily: daily,
    rotatedGzip: gzip,
    rotatedKeep: keepFiles,
    rotatedDays: keepDays,
  } = settings;
  const rotatedFiles = new RotatedFiles({ ...shared, turn, retention: { gzip, keepFiles, keepDays } });
  const signatures = signing && new HeadSignatures({ ...shared, ...signing, turn });
  const writer = new BlockWriter({
    ...shared,
    turn,
    rotatedFiles,
    signatures,
    settlement: new Settlement({ ...shared, rotation: { maxBytes, daily } }),
    fileBound: new FileBound({ ...shared, maxFiles: settings.maxFiles }),
    headroomBytes: settings.headroomBytes,
    // One slice of blocks is formatted while another one is written.
    textBytes: settings.memoryBytes / 2,
  });
  return { writer, rotatedFiles, signatures };
}
