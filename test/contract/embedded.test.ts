import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedLog } from '@fleet-forensics/shared/bus/embedded/embedded-log';
import { describeBus } from './bus-contract.ts';
import { type BusHarness, reopenable } from './bus-harness.ts';

async function makeHarness(): Promise<BusHarness> {
  const dir = await mkdtemp(join(tmpdir(), 'embedded-log-'));
  const open = () => new EmbeddedLog({ dir, retryDelayMs: { first: 1, last: 8 } });
  return reopenable(open, () => rm(dir, { recursive: true }));
}

describeBus('the embedded log', makeHarness);
