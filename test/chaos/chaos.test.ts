import { expect, it } from 'vitest';
import { describeKafkaProcess } from '../kafka/broker.ts';
import { ChaosRun } from './chaos-run.ts';

/** Each role meets each kind of fault twice. */
const FAULTS = Number(process.env['FAULTS'] ?? 24);
const SEED = Number(process.env['SEED'] ?? 1 + (Date.now() % 1_000_000));

await describeKafkaProcess('a fleet of real processes', (kafka) => {
  it(
    `loses, repeats and damages no acknowledged block through ${FAULTS} faults (seed ${SEED})`,
    { timeout: 300_000 + FAULTS * 10_000 },
    async () => {
      const said: string[] = [];
      const say = (line: string) => {
        said.push(line);
        process.stdout.write(`${line}\n`);
      };
      const isDelivered = await ChaosRun.run({ kafka, faults: FAULTS, seed: SEED, say });
      expect(isDelivered, said.join('\n')).toBe(true);
    },
  );
});
