import type { Choices } from './choices.ts';
import { type Group, type Slot, nameOf } from './group.ts';
import type { Delivery, Member } from './member.ts';
import type { World } from './world.ts';

interface SlotOfGroup {
  readonly group: Group;
  readonly slot: Slot;
}

/** The group gives up on a partition's owner, which goes on as a zombie. */
export function lose(world: World, choices: Choices): void {
  const chosen = choices.pickAny(slotsOf(world, ({ owner }) => owner !== undefined));
  chosen?.group.lose(chosen.slot);
}

/** A planned rebalance: the owner is asked to let go of a partition. */
export function handOver(world: World, choices: Choices): void {
  const chosen = choices.pickAny(slotsOf(world, ({ owner }) => owner?.phase === 'open' && isRunning(owner.member)));
  if (chosen) revoke(world, chosen.slot.owner!);
}

/** A zombie learns that it is one. */
export function notice(world: World, choices: Choices): void {
  const zombie = choices.pickAny(zombiesOf(world));
  if (zombie) revoke(world, zombie);
}

/** A partition without an owner, or with a dead one, gets one. */
export function assign(world: World, choices: Choices): void {
  const chosen = choices.pickAny(freeSlots(world));
  if (!chosen) return;
  const member = choices.pickAny(takersOf(world, chosen));
  if (member) give(chosen, member);
}

export function revoke({ trace }: World, delivery: Delivery): void {
  const { member, ownership } = delivery;
  trace.say(() => `${member.caller.name} is to let go of ${nameOf(ownership)}, epoch ${ownership.epoch}`);
  member.revoke(delivery);
}

export function give({ group, slot }: SlotOfGroup, member: Member): void {
  if (slot.owner) group.lose(slot);
  group.assign(slot, member);
}

export function zombiesOf(world: World): Delivery[] {
  return world.running.flatMap(({ member }) => [...member.deliveries].filter(({ isLost, phase }) => isLost && phase === 'open'));
}

export function freeSlots(world: World): SlotOfGroup[] {
  return slotsOf(world, ({ owner }) => owner === undefined || !owner.member.caller.isAlive);
}

/** A member that still has the partition from before must let go of it first. */
export function takersOf(world: World, { group, slot }: SlotOfGroup): Member[] {
  return world.membersOf(group).filter((member) => isRunning(member) && !member.of(slot));
}

function slotsOf({ groups }: World, isWanted: (slot: Slot) => boolean): SlotOfGroup[] {
  return groups.flatMap((group) => group.slots.filter(isWanted).map((slot) => ({ group, slot })));
}

function isRunning({ caller }: Member): boolean {
  return caller.isAlive && !caller.isStalled;
}
