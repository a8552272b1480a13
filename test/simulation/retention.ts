import { SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import type { Choices } from './choices.ts';
import { nameOf } from './group.ts';
import type { SimulatedPartition } from './simulated-log.ts';
import type { World } from './world.ts';

/** Deletes old records of forensic.session-events: none that a start could need, unless the scenario says so. */
export function retain(world: World, choices: Choices): void {
  const partition = choices.pick(world.log.partitions(SESSION_EVENTS));
  const limit = world.scenario.losesNeeded ? partition.records.length : lowestNeeded(world, partition);
  if (limit <= partition.begin) return;
  world.trace.count('cuts by retention');
  partition.begin = choices.between(partition.begin, limit);
  world.trace.say(() => `retention deletes ${nameOf(partition)} below ${partition.begin}`);
}

/**
 * No start and no fetch reads below it. Retention is far longer than a member outlives its ownership, so that zombies count as
 * readers, and so does a commit that may arrive late.
 */
function lowestNeeded({ buffers, processes, network }: World, { partition }: SimulatedPartition): number {
  const committed = buffers.slots[partition]!.committed?.offset ?? 0;
  const positions = processes
    .filter(({ member }) => member.group === buffers)
    .flatMap(({ member }) => member.of({ topic: SESSION_EVENTS, partition })?.position ?? []);
  const underWay = network.commitsUnderWay({ topic: SESSION_EVENTS, partition }).map(({ offset }) => offset);
  return Math.min(committed, ...positions, ...underWay);
}
