import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Admission, type Lease, MAX_URGENT_BYTES } from './admission.ts';

const MIB = 1024 * 1024;

describe('admission', () => {
  it('takes bodies up to its bound, and again what was given back', () => {
    const admission = new Admission(10 * MIB);
    const lease = admission.admit(6 * MIB)!;
    expect(lease.isUrgentOnly).toBe(false);
    expect(admission.admit(5 * MIB)).toBeNull();
    expect(admission.admit(4 * MIB)?.isUrgentOnly).toBe(false);
    lease.release();
    lease.release();
    expect(admission.inFlightBytes).toBe(4 * MIB);
    expect(admission.admit(6 * MIB)?.isUrgentOnly).toBe(false);
  });

  it('keeps room for short requests without messages, so that a criterion comes through an overload', () => {
    const admission = new Admission(MIB);
    admission.admit(MIB);
    expect(admission.admit(MAX_URGENT_BYTES + 1)).toBeNull();
    const urgent = Array.from({ length: 5 }, () => admission.admit(MAX_URGENT_BYTES));
    expect(urgent.map((lease) => lease?.isUrgentOnly)).toEqual([true, true, true, true, undefined]);
  });

  it('never holds more than a quarter over its bound, and nothing once all is given back', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat({ max: MIB }), fc.nat({ max: MAX_URGENT_BYTES }), fc.constant(-1))), (steps) => {
        const admission = new Admission(2 * MIB);
        const leases: Lease[] = [];
        for (const step of steps) {
          const lease = step < 0 ? leases.shift() : admission.admit(step);
          if (step < 0) lease?.release();
          else if (lease) leases.push(lease);
          expect(admission.inFlightBytes).toBeLessThanOrEqual(2.5 * MIB);
        }
        for (const lease of leases) lease.release();
        expect(admission.inFlightBytes).toBe(0);
      }),
    );
  });
});
