import { setImmediate as turn } from 'node:timers/promises';
import { freeSlots, give, revoke, takersOf, zombiesOf } from './group-steps.ts';
import { startMissing } from './steps.ts';
import type { World } from './world.ts';

/** Rounds in which everything that can go on does; a run that goes on after them never ends. */
const MAX_ROUNDS = 2000;
const MAX_BATCH_RECORDS = 50;

/** Lets every process run until it waits for the simulated world: the driven code waits for nothing else. */
export async function drain(world: World): Promise<void> {
  await turn();
  world.bury();
}

/**
 * No more faults: everything arrives and is answered, everybody has a process, and reads to the end.
 * @returns false if that has no end
 */
export async function settle(world: World): Promise<boolean> {
  for (const process of world.processes) process.isStalled = false;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const isAtRest = !goOn(world);
    await drain(world);
    if (isAtRest) return true;
  }
  return false;
}

/** @returns whether there was anything to do */
function goOn(world: World): boolean {
  const { network } = world;
  const { late } = network;
  const answerable = network.answerable();
  const zombies = zombiesOf(world);
  for (const request of late) network.settleLate(request, true);
  for (const request of answerable) network.answer(request, 'done');
  for (const zombie of zombies) revoke(world, zombie);
  while (startMissing(world));
  const isAssigned = assignFree(world);
  const isDelivered = deliverAll(world);
  return late.length + answerable.length + zombies.length > 0 || isAssigned || isDelivered;
}

function assignFree(world: World): boolean {
  let isAssigned = false;
  for (const free of freeSlots(world)) {
    const [member] = takersOf(world, free);
    if (!member) continue;
    give(free, member);
    isAssigned = true;
  }
  return isAssigned;
}

function deliverAll({ processes }: World): boolean {
  let isDelivered = false;
  for (const { member } of processes) {
    for (const delivery of [...member.deliveries].filter((owned) => member.hasRecords(owned))) {
      member.deliver(delivery, MAX_BATCH_RECORDS);
      isDelivered = true;
    }
  }
  return isDelivered;
}
