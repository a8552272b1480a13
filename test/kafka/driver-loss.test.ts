import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { KafkaSettings } from '@fleet-forensics/shared/settings/kafka-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { createTopic, numbered, uniqueName } from '../contract/bus-harness.ts';
import { Witness } from '../contract/witness.ts';
import { describeKafka } from './broker.ts';
import { openBus } from './driver-bus.ts';

const MEMBER = join(import.meta.dirname, 'stuck-member.fixture.ts');
const TYPES = ['--conditions=source', '--experimental-transform-types', '--disable-warning=ExperimentalWarning'];
const SHORT_SESSION = { FF_KAFKA_SESSION_TIMEOUT_MS: '1500' };

/** A member of a group in a process of its own, and what it says. */
class StuckMember {
  readonly said: string[] = [];
  readonly #child;
  #waiting: (() => void)[] = [];

  constructor(brokers: readonly string[], topic: string, group: string) {
    const settings = readSettings(KafkaSettings, { FF_KAFKA_BROKERS: brokers.join(','), ...SHORT_SESSION });
    this.#child = spawn(process.execPath, [...TYPES, MEMBER, JSON.stringify(settings), topic, group], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => void this.#child.kill('SIGKILL'));
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.said.push(line);
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }

  async until(condition: (said: readonly string[]) => boolean): Promise<void> {
    while (!condition(this.said)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  commit(partition: number): void {
    this.#child.stdin.write(`${partition}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

await describeKafka('a member that was stuck for longer than its session', (brokers) => {
  const MOMENTS = ['before it learns that it was given up', 'only when it hands over'];
  it.each(MOMENTS)(
    'has commits refused %s, drops everything first and takes its share anew then',
    async (moment) => {
      const { bus } = openBus(brokers, SHORT_SESSION);
      const topic = await createTopic(bus, 2);
      const group = uniqueName('group');
      await bus.producer().send(topic, [...numbered(5, 0), ...numbered(5, 1)]);
      const stuck = new StuckMember(brokers, topic, group);
      await stuck.until((said) => said.length === 2);
      const epochs = new Map(stuck.said.map((line) => line.split(' ').slice(1) as [string, string]));
      stuck.signal('SIGSTOP');
      const healthy = await Witness.join(bus, { group, topics: [topic] });
      await healthy.until(() => healthy.owned.size === 2);
      for (const assignment of healthy.owned.values()) await healthy.consumer.commit(assignment, { offset: 3, metadata: 'mine' });
      if (moment === MOMENTS[0]) stuck.commit(0);
      stuck.signal('SIGCONT');
      await stuck.until((said) => said.filter((line) => line.startsWith('assigned')).length === 3);
      expect(stuck.said.filter((line) => line.startsWith('committed'))).toEqual([]);
      expect(stuck.said).toEqual(expect.arrayContaining(['refused 0 FF_PARTITION_LOST', 'refused 1 FF_PARTITION_LOST']));
      const revoked = stuck.said.filter((line) => line.startsWith('revoked'));
      expect(revoked.toSorted()).toEqual(['0', '1'].map((partition) => `revoked ${partition} ${epochs.get(partition)}`));
      const again = stuck.said.findLast((line) => line.startsWith('assigned'))!;
      expect(stuck.said.indexOf(again)).toBeGreaterThan(Math.max(...revoked.map((line) => stuck.said.indexOf(line))));
      expect(Number(again.split(' ')[2])).toBeGreaterThan(Number(epochs.get(again.split(' ')[1]!)));
      await healthy.until(() => healthy.owned.size === 1);
      await healthy.consumer.close();
      const next = await Witness.join(bus, { group, topics: [topic] });
      await next.until(() => next.owned.size === 1);
      for (const { committed } of next.owned.values()) expect(committed).toEqual({ offset: 3, metadata: 'mine' });
    },
    60_000,
  );

  it('leaves its partitions to a member that waits, if it never comes back', async () => {
    const { bus } = openBus(brokers, SHORT_SESSION);
    const topic = await createTopic(bus, 2);
    const group = uniqueName('group');
    const killed = new StuckMember(brokers, topic, group);
    await killed.until((said) => said.length === 2);
    const waiting = await Witness.join(bus, { group, topics: [topic] });
    await waiting.until(() => waiting.owned.size === 1);
    killed.signal('SIGKILL');
    await waiting.until(() => waiting.owned.size === 2);
    expect(waiting.sights.some((sight) => 'revoked' in sight)).toBe(false);
  }, 60_000);
});
