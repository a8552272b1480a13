import { statSync } from 'node:fs';
import type { BusServer } from '@fleet-forensics/shared/bus/bus-server';
import type { Metric } from '@fleet-forensics/shared/metrics/metric';
import type { FilingHealth } from './filing-health.ts';
import type { RootHealth } from './root-health.ts';
import type { WriterCounters } from './writer-counters.ts';

export interface MeasuredWriter {
  readonly counters: WriterCounters;
  readonly health: FilingHealth;
  readonly root: RootHealth;
  /** Of the journal's database. */
  readonly journal: string;
  /** As FF_WRITER_HEADROOM_BYTES says. */
  readonly headroomBytes: number;
  /** Knows how far the log of each partition goes. */
  readonly server: Pick<BusServer, 'partitions'>;
}

/** What a writer tells Prometheus. */
export function writerMetrics(writer: MeasuredWriter): Metric[] {
  return [...ofBlocks(writer), ...ofTrouble(writer), ...ofDisk(writer)];
}

function ofBlocks({ counters, server }: MeasuredWriter): Metric[] {
  return [
    counters.criterionToFile,
    {
      kind: 'counter',
      name: 'forensic_writer_filings_total',
      help: 'Blocks that are in their file, once for each format',
      read: () => counters.filed,
    },
    { kind: 'counter', name: 'forensic_writer_filed_bytes_total', help: 'Their bytes', read: () => counters.filedBytes },
    {
      kind: 'counter',
      name: 'forensic_writer_repeated_total',
      help: 'Blocks that came again and were in their file already',
      read: () => counters.repeated,
    },
    {
      kind: 'gauge',
      name: 'forensic_writer_lag_records',
      help: 'Records of forensic.blocks that are not handled yet',
      label: 'partition',
      read: () => Object.fromEntries(server.partitions.map(({ partition, next, end }) => [partition, Math.max(0, end - next)])),
    },
    {
      kind: 'counter',
      name: 'forensic_writer_rotated_total',
      help: 'Files that got the name of their generation',
      read: () => counters.rotated,
    },
    {
      kind: 'counter',
      name: 'forensic_writer_signatures_total',
      help: 'Signatures of heads of chains that were written',
      read: () => counters.signatures,
    },
  ];
}

function ofTrouble({ counters, health }: MeasuredWriter): Metric[] {
  return [
    {
      kind: 'counter',
      name: 'forensic_writer_failures_total',
      help: 'How often a file or the journal could not be written; its blocks come again',
      read: () => counters.failures,
    },
    {
      kind: 'gauge',
      name: 'forensic_writer_waiting_partitions',
      help: 'Partitions of forensic.blocks that wait because something can not be written now',
      read: () => health.waitingPartitions,
    },
    {
      kind: 'counter',
      name: 'forensic_writer_torn_tails_total',
      help: 'Files of which half a block was cut off, after a crash',
      read: () => counters.tornTails,
    },
    {
      kind: 'counter',
      name: 'forensic_writer_adopted_total',
      help: 'Files that were not as the journal knows them: exchanged, restored or cut by somebody',
      read: () => counters.adopted,
    },
    {
      kind: 'counter',
      name: 'forensic_writer_overflowed_total',
      help: 'Blocks that went to the overflow file because there are too many files',
      read: () => counters.overflowed,
    },
    {
      kind: 'counter',
      name: 'forensic_writer_signature_failures_total',
      help: 'How often a signature could not be written; a later one makes up for it',
      read: () => counters.signatureFailures,
    },
    {
      kind: 'counter',
      name: 'forensic_writer_unfinished_total',
      help: 'Blocks that were given up because parts of them never came; the others are among the dead letters',
      read: () => counters.unfinished,
    },
    {
      kind: 'counter',
      name: 'forensic_writer_rotations_put_off_total',
      help: 'How often a file was due for rotation and could not be renamed',
      read: () => counters.rotationsPutOff,
    },
    {
      kind: 'counter',
      name: 'forensic_dead_letters_total',
      help: 'Records that could not be used and went to forensic.dead-letters, by the service that sent them there',
      label: 'service',
      read: () => ({ writer: counters.deadLetters }),
    },
  ];
}

function ofDisk({ journal, root, headroomBytes }: MeasuredWriter): Metric[] {
  return [
    {
      kind: 'gauge',
      name: 'forensic_writer_journal_bytes',
      help: 'Files of the journal',
      read: () => sizeOf(journal) + sizeOf(`${journal}-wal`),
    },
    {
      kind: 'gauge',
      name: 'forensic_writer_free_bytes',
      help: 'Free on the file system of the root; left out while that does not say',
      read: () => root.freeBytes,
    },
    {
      kind: 'gauge',
      name: 'forensic_writer_headroom_bytes',
      help: 'What is to stay free there: FF_WRITER_HEADROOM_BYTES',
      read: () => headroomBytes,
    },
  ];
}

/** 0: it is not there. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
