import type { TopicSpec } from './bus/port.ts';

export const SESSION_EVENTS = 'forensic.session-events';
export const BLOCKS = 'forensic.blocks';
export const FILINGS = 'forensic.filings';
export const DEAD_LETTERS = 'forensic.dead-letters';

/** The groups whose members fold forensic.session-events and file forensic.blocks. */
export const BUFFER_GROUP = 'forensic-buffer';
export const WRITER_GROUP = 'forensic-writer';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The project's topics with their defaults (docs/ARCHITECTURE.md, Topics and keys). */
export const TOPICS: readonly TopicSpec[] = [
  { name: SESSION_EVENTS, partitions: 12, retentionMs: 24 * HOUR_MS, retentionBytes: 0 },
  { name: BLOCKS, partitions: 6, retentionMs: 7 * DAY_MS, retentionBytes: 0 },
  { name: FILINGS, partitions: 3, retentionMs: 30 * DAY_MS, retentionBytes: 0 },
  { name: DEAD_LETTERS, partitions: 1, retentionMs: 30 * DAY_MS, retentionBytes: 0 },
];
