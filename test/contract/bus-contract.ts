import { describe } from 'vitest';
import type { MakeHarness } from './bus-harness.ts';
import { describeCommit } from './commit-contract.ts';
import { describeDelivery } from './delivery-contract.ts';
import { describeGroup } from './group-contract.ts';
import { describeLog } from './log-contract.ts';

/** What every driver of the bus port has to pass, unchanged. Nothing in it knows a driver, or how fast one is. */
export function describeBus(driver: string, make: MakeHarness): void {
  describe(`${driver} as a bus`, () => {
    describeLog(make);
    describeDelivery(make);
    describeGroup(make);
    describeCommit(make);
  });
}
