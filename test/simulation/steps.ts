import { FAULTS } from '../../apps/writer/src/faulty-disk.fixture.ts';
import { BufferProcess } from './buffer-process.ts';
import type { Choices } from './choices.ts';
import { assign, handOver, lose, notice } from './group-steps.ts';
import type { Fate } from './network.ts';
import { retain } from './retention.ts';
import type { World } from './world.ts';
import { type DiskFault, WriterProcess } from './writer-process.ts';

/** Something that can happen next. One that finds nothing to do does nothing. */
type Step = (world: World, choices: Choices) => void;

const MAX_BATCH_RECORDS = 8;
/** Calls into the file system and the journal within which a faulty disk's fault lies. */
const MAX_FAULT_STEP = 120;
const NO_FAULT: DiskFault = { step: 0, fault: 'before' };

const FATES: readonly Fate[] = [
  ...Array.from<Fate>({ length: 20 }).fill('done'),
  'answer lost',
  'lost',
  'late',
  'late',
  'partly done',
  'partly done',
];

/** How often each happens, in relation to the others. */
const STEPS: readonly (readonly [weight: number, step: Step])[] = [
  [14, publish],
  [50, answer],
  [40, deliver],
  [4, settleLate],
  [4, fetchEarly],
  [8, handOverLate],
  [4, tick],
  [5, passTime],
  [2, stall],
  [2, lose],
  [2, handOver],
  [3, notice],
  [12, assign],
  [2, crash],
  [5, start],
  [1, retain],
];

const TICKETS = STEPS.flatMap(([weight, step]) => Array.from<Step>({ length: weight }).fill(step));

export function takeStep(world: World, choices: Choices): void {
  choices.pick(TICKETS)(world, choices);
}

/** Starts a buffer if one is missing, else a writer if one is; false if none is. */
export function startMissing(world: World, diskFault = NO_FAULT): boolean {
  const { maxBuffers, maxWriters } = world.scenario;
  if (world.membersOf(world.buffers).length < maxBuffers) world.start(new BufferProcess(world));
  else if (world.membersOf(world.writers).length < maxWriters) world.start(new WriterProcess(world, diskFault));
  else return false;
  return true;
}

function publish(world: World, choices: Choices): void {
  world.publish(world.fleet.request(choices));
}

function answer({ network }: World, choices: Choices): void {
  const request = choices.pickAny(network.answerable());
  if (!request) return;
  const { size } = request.effect;
  const fate = choices.pick(FATES);
  if (fate === 'partly done') network.answer(request, fate, choices.below(size));
  else network.answer(request, fate);
}

function settleLate({ network }: World, choices: Choices): void {
  const request = choices.pickAny(network.late);
  if (request) network.settleLate(request, choices.chance(70));
}

function deliver({ running }: World, choices: Choices): void {
  const ready = running.flatMap(({ member }) => [...member.deliveries].filter((delivery) => member.hasRecords(delivery)));
  const delivery = choices.pickAny(ready);
  delivery?.member.deliver(delivery, choices.between(1, MAX_BATCH_RECORDS));
}

/** Of buffers alone: they are to refuse what comes too late. The port does not let it happen to anybody. */
function fetchEarly(world: World, choices: Choices): void {
  const delivery = choices.pickAny(world.membersOf(world.buffers).flatMap((member) => [...member.deliveries]));
  delivery?.member.hold(delivery, choices.below(4), choices.between(1, MAX_BATCH_RECORDS));
}

function handOverLate({ running }: World, choices: Choices): void {
  const held = running.flatMap(({ member }) => member.overheld().map((batch) => ({ member, batch })));
  const chosen = choices.pickAny(held);
  // One that comes while the partition is here again can do more harm.
  if (chosen && (chosen.member.of(chosen.batch) || choices.chance(10))) chosen.member.handOverHeld(chosen.batch);
}

function tick({ running }: World, choices: Choices): void {
  choices.pickAny(running)?.tick();
}

function passTime({ clock, trace }: World, choices: Choices): void {
  const ms = choices.pick([100, 1000, 5000, 20_000]);
  clock.pass(ms);
  trace.say(() => `${ms} ms pass`);
}

function stall({ processes, trace }: World, choices: Choices): void {
  const process = choices.pickAny(processes);
  if (!process) return;
  process.isStalled = !process.isStalled;
  trace.say(() => `${process.name} ${process.isStalled ? 'stands still' : 'goes on'}`);
}

function crash({ processes, trace }: World, choices: Choices): void {
  choices.pickAny(processes)?.kill();
  trace.count('crashes');
}

function start(world: World, choices: Choices): void {
  const isFaulty = world.scenario.hasFaultyDisks && choices.chance(70);
  startMissing(world, isFaulty ? { step: choices.between(1, MAX_FAULT_STEP), fault: choices.pick(FAULTS) } : NO_FAULT);
}
