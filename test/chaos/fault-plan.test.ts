import { expect, it } from 'vitest';
import { random } from '../../bench/fleet.ts';
import { FAULT_KINDS, faultPlan } from './fault-plan.ts';

it('the faults of a seed that failed can be had again', () => {
  expect(faultPlan(50, random(7))).toEqual(faultPlan(50, random(7)));
  expect(faultPlan(50, random(7))).not.toEqual(faultPlan(50, random(8)));
});

it('a short run leaves out no kind of fault of any role', () => {
  const met = new Set(faultPlan(12, random(1)).map(({ target, kind }) => `${target.split('-')[0]} ${kind}`));
  const all = ['broker', 'ingest', 'buffer', 'writer'].flatMap((role) => FAULT_KINDS.map((kind) => `${role} ${kind}`));
  expect([...met].toSorted()).toEqual(all.toSorted());
});

it('no process meets a fault while another of its own lasts: it would hit nothing', () => {
  const busyUntilMs = new Map<string, number>();
  for (const { atMs, target, lastsMs } of faultPlan(500, random(3))) {
    expect(atMs).toBeGreaterThan(busyUntilMs.get(target) ?? -1);
    busyUntilMs.set(target, atMs + lastsMs);
  }
});
