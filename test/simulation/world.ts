import type { Commit, OutgoingRecord } from '@fleet-forensics/shared/bus/port';
import { BLOCKS, DEAD_LETTERS, FILINGS, SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import { decodePosition } from '@fleet-forensics/shared/wire/commit-position';
import { unexplained } from './failures.ts';
import { Fleet } from './fleet.ts';
import { Group, type Slot, nameOf } from './group.ts';
import type { Member } from './member.ts';
import { type Caller, Network } from './network.ts';
import { describeRecord } from './record-description.ts';
import type { Sabotage } from './sabotage.ts';
import type { Scenario } from './scenario.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { SimulatedLog } from './simulated-log.ts';
import type { Trace } from './trace.ts';

/** A buffer or a writer: the real code, with everything that it touches simulated, but for the writer's files. */
export interface SimulatedProcess extends Caller {
  isStalled: boolean;
  readonly member: Member;
  /** What its timers would do. */
  tick(): void;
  /** Its memory is gone; what it had under way may still arrive. */
  kill(): void;
}

/** What the processes of a run share. */
export class World {
  readonly scenario: Scenario;
  readonly sabotage: Sabotage;
  /** A directory for the writers' files and journal. */
  readonly dir: string;
  readonly trace: Trace;
  readonly clock = new SimulatedClock();
  readonly log: SimulatedLog;
  readonly network: Network;
  readonly fleet: Fleet;
  readonly buffers: Group;
  readonly writers: Group;
  processes: SimulatedProcess[] = [];
  /** What a process told its operator. */
  readonly warnings: string[] = [];
  /** What must never happen, seen on the way. */
  readonly violations: string[] = [];
  #started = 0;

  constructor(scenario: Scenario, sabotage: Sabotage, dir: string, trace: Trace) {
    this.scenario = scenario;
    this.sabotage = sabotage;
    this.dir = dir;
    this.trace = trace;
    const partitions = { [SESSION_EVENTS]: scenario.partitions, [BLOCKS]: 2, [FILINGS]: 1, [DEAD_LETTERS]: 1 };
    this.log = new SimulatedLog(this.clock, partitions);
    this.network = new Network(trace);
    this.fleet = new Fleet(scenario);
    const check = (slot: Slot, commit: Commit) => this.#checkCommit(slot, commit);
    this.buffers = new Group(SESSION_EVENTS, this.log, trace, check);
    this.writers = new Group(BLOCKS, this.log, trace, check);
  }

  get groups(): readonly Group[] {
    return [this.buffers, this.writers];
  }

  /** The processes that do not stand still. */
  get running(): SimulatedProcess[] {
    return this.processes.filter(({ isStalled }) => !isStalled);
  }

  membersOf(group: Group): Member[] {
    return this.processes.map(({ member }) => member).filter((member) => member.group === group);
  }

  start(process: SimulatedProcess): void {
    this.trace.say(() => `${process.name} starts`);
    this.processes.push(process);
  }

  publish(records: readonly OutgoingRecord[]): void {
    const placed = this.log.place(SESSION_EVENTS, records);
    for (const { partition, value } of placed) {
      this.trace.say(() => `published: ${describeRecord(SESSION_EVENTS, partition, value)}`);
    }
    this.log.append(SESSION_EVENTS, placed);
  }

  /** A number for a new process' name. */
  nextNumber(): number {
    return (this.#started += 1);
  }

  warn({ name }: Caller, message: string): void {
    this.trace.say(() => `  ${name} warns: ${this.#withoutPlace(message)}`);
    this.warnings.push(message);
  }

  /** A handler of a process rejected, or the process was told of a failure. */
  failed({ name, isAlive }: Caller, error: unknown): void {
    if (!isAlive) return;
    this.trace.say(() => `  ${name} failed: ${this.#withoutPlace(String(error))}`);
    const violation = unexplained(error);
    if (violation) this.violations.push(`${name}: ${violation}`);
  }

  /** Buries the processes that died since the last call. */
  bury(): void {
    for (const process of this.processes.filter(({ isAlive }) => !isAlive)) {
      this.trace.say(() => `${process.name} is dead`);
      process.kill();
      this.network.abandon(process);
    }
    this.processes = this.processes.filter(({ isAlive }) => isAlive);
  }

  /** Where a run's files lie is another place each time. */
  #withoutPlace(message: string): string {
    return message.replaceAll(this.dir, '');
  }

  #checkCommit(slot: Slot, { offset, metadata }: Commit): void {
    const position = decodePosition(metadata) ?? offset;
    const end = this.log.partition(slot).records.length;
    if (offset > position || position > end) {
      this.violations.push(`${nameOf(slot)}: a commit at ${offset} ${metadata} where the log ends at ${end}`);
    }
  }
}
