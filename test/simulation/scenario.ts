import type { Choices } from './choices.ts';

/** More messages than a block of a run has, but for the long ones. */
const WHOLE = 1000;

/** What holds for a whole run. */
export interface Scenario {
  /** Partitions of forensic.session-events. */
  readonly partitions: number;
  readonly maxBuffers: number;
  readonly maxWriters: number;
  /** A buffer commits, and writes checkpoints, at most this often, milliseconds. */
  readonly commitMs: number;
  /** A buffer drops a session without a promise after this long, seconds; 0 = never. */
  readonly idleS: number;
  /** Live sessions of a partition that a buffer allows. */
  readonly maxSessions: number;
  /** Growth of a partition after which a session is checkpointed. */
  readonly checkpointBytes: number;
  /** Records after which a checkpoint comes too late to count. */
  readonly checkpointWindow: number;
  /** Of a ring in one part of a checkpoint. */
  readonly checkpointPieceBytes: number;
  /** Live sessions that publishers keep up at a time. */
  readonly publishedSessions: number;
  /** Of 100 records, those with which a session ends or falls silent. */
  readonly leavingPercent: number;
  /** Messages in a ring, at most. */
  readonly maxRing: number;
  /** Of a message, at least; a ring makes a chunk of each long one, and joins short ones. */
  readonly lineBytes: number;
  /** Of a block in one of its parts, if it is not long. */
  readonly messagesPerPart: number;
  /** Some rings are so long that their blocks come in parts by themselves. */
  readonly hasLongMessages: boolean;
  /** Disks fail, and writers die in the middle of a write. */
  readonly hasFaultyDisks: boolean;
  /** At the end every buffer starts again before it is asked for its rings. */
  readonly restartsAtEnd: boolean;
  /** Retention deletes what is still needed. */
  readonly losesNeeded: boolean;
}

/** Where blocks may differ from what is expected, each comes in one part, to be compared by itself. */
function drawParts(choices: Choices, losesNeeded: boolean): Pick<Scenario, 'messagesPerPart' | 'hasLongMessages'> {
  const parts = { messagesPerPart: choices.pick([WHOLE, 1, 2]), hasLongMessages: choices.below(24) === 23 };
  return losesNeeded ? { messagesPerPart: WHOLE, hasLongMessages: false } : parts;
}

/** @param losesNeeded as Scenario.losesNeeded */
export function drawScenario(choices: Choices, losesNeeded: boolean): Scenario {
  return {
    partitions: choices.pick([1, 1, 2]),
    maxBuffers: choices.between(1, 3),
    maxWriters: choices.between(1, 2),
    commitMs: choices.pick([1, 1, 1, 5000]),
    idleS: choices.pick([0, 30, 120]),
    maxSessions: choices.pick([100, 2, 4]),
    checkpointBytes: choices.pick([1, 300, 1000, 100_000]),
    checkpointWindow: choices.pick([60, 20, 10, 8192]),
    checkpointPieceBytes: choices.pick([680_000, 30, 100]),
    publishedSessions: choices.between(1, 6),
    leavingPercent: choices.pick([2, 10, 30]),
    maxRing: choices.pick([2, 1, 8]),
    lineBytes: choices.pick([0, 0, 0, 2500]),
    ...drawParts(choices, losesNeeded),
    hasFaultyDisks: choices.chance(50),
    restartsAtEnd: choices.chance(50),
    losesNeeded,
  };
}
