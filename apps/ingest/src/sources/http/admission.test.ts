import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Admission, type Lease, MAX_URGENT_BYTES } from './admission.ts';

const MIB = 1024 * 1024;

function leaseOf(admission: Admission, byteLength: number, client = 'client'): Lease | null {
  const lease = admission.lease(client);
  return lease.grow(byteLength) ? lease : null;
}

describe('admission', () => {
  it('takes bodies up to its bound, and again what was given back', () => {
    const admission = new Admission(10 * MIB);
    const lease = leaseOf(admission, 6 * MIB)!;
    expect(lease.isUrgentOnly).toBe(false);
    expect(leaseOf(admission, 5 * MIB)).toBeNull();
    expect(admission.hasRoomFor('client', 5 * MIB)).toBe(false);
    expect(leaseOf(admission, 4 * MIB, 'another')?.isUrgentOnly).toBe(false);
    lease.release();
    lease.release();
    expect(admission.inFlightBytes).toBe(4 * MIB);
    expect(leaseOf(admission, 6 * MIB)?.isUrgentOnly).toBe(false);
  });

  it('leaves room for others, however much one client sends at once', () => {
    const admission = new Admission(12 * MIB);
    const taken = (client: string) => Array.from({ length: 24 }, () => leaseOf(admission, MIB, client)).filter(Boolean).length;
    expect([taken('one'), taken('two'), taken('three'), taken('four')]).toEqual([6, 3, 1, 1]);
    expect(admission.hasRoomFor('five', MIB)).toBe(true);
    expect(admission.hasRoomFor('one', MIB)).toBe(false);
  });

  it('counts what has arrived, not what was announced', () => {
    const admission = new Admission(MIB);
    const silent = Array.from({ length: 1000 }, () => admission.lease('client'));
    expect(admission.hasRoomFor('client', MIB)).toBe(true);
    expect(leaseOf(admission, MIB)?.isUrgentOnly).toBe(false);
    expect(silent.map((lease) => lease.grow(1)).filter(Boolean)).toHaveLength(1000);
  });

  it('keeps room for short requests without messages, so that a criterion comes through an overload', () => {
    const admission = new Admission(MIB);
    leaseOf(admission, MIB);
    expect(leaseOf(admission, MAX_URGENT_BYTES + 1)).toBeNull();
    expect(admission.hasRoomFor('client', MAX_URGENT_BYTES)).toBe(true);
    const urgent = ['a', 'a', 'a', 'b', 'c', 'd'].map((client) => leaseOf(admission, MAX_URGENT_BYTES, client));
    expect(urgent.map((lease) => lease?.isUrgentOnly)).toEqual([true, true, undefined, true, true, undefined]);
  });

  it('never holds more than a quarter over its bound, and nothing once all is given back', () => {
    const step = fc.record({
      index: fc.nat({ max: 5 }),
      bytes: fc.oneof(fc.nat({ max: MIB }), fc.nat({ max: 1000 }), fc.constant(-1)),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const admission = new Admission(2 * MIB);
        const lease = (index: number) => admission.lease(`client ${index % 3}`);
        const leases = Array.from({ length: 6 }, (_, index) => lease(index));
        for (const { index, bytes } of steps) {
          if (bytes >= 0) leases[index]!.grow(bytes);
          else {
            leases[index]!.release();
            leases[index] = lease(index);
          }
          expect(admission.inFlightBytes).toBeLessThanOrEqual(2.5 * MIB);
        }
        for (const each of leases) each.release();
        expect(admission.inFlightBytes).toBe(0);
      }),
    );
  });
});
