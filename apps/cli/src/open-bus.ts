import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { KafkaBus } from '@fleet-forensics/shared/bus/kafka/kafka-bus';
import type { Bus } from '@fleet-forensics/shared/bus/port';
import { ForensicsError, messageOf } from '@fleet-forensics/shared/error';
import { SETTINGS } from '@fleet-forensics/shared/settings/catalogue';
import { KafkaSettings } from '@fleet-forensics/shared/settings/kafka-settings';
import { readSettings, refuseUnknownSettings } from '@fleet-forensics/shared/settings/setting';
import { printable, type Terminal } from './terminal.ts';

/**
 * Works on Kafka, as the `FF_KAFKA_` settings of the environment say, and closes it.
 * @param settings variables that win over the environment's
 * @throws ForensicsError FF_BAD_SETTING, FF_UNKNOWN_SETTING, and what the work throws
 */
export async function withKafka<T>(
  terminal: Terminal,
  settings: Readonly<Record<string, string>>,
  work: (bus: KafkaBus) => Promise<T>,
): Promise<T> {
  const env = { ...terminal.env, ...settings };
  refuseUnknownSettings(SETTINGS, env);
  // Loaded here, so that publishing over HTTP need not wait for it.
  const { KafkaBus } = await import('@fleet-forensics/shared/bus/kafka/kafka-bus');
  const ended = Promise.withResolvers<never>();
  const troubles = new Troubles();
  const bus = new KafkaBus({ settings: readSettings(KafkaSettings, env), failed: troubles.add, fatal: ended.reject });
  return troubles.shownIfFails(terminal, async () => {
    try {
      return await Promise.race([work(bus), ended.promise]);
    } finally {
      await bus.close();
    }
  });
}

/**
 * Works on the embedded log of a recorder that does not run, and closes it.
 * @param dataDir the recorder's FF_DATA_DIR
 * @throws ForensicsError FF_NO_LOG if there is none, FF_LOG_IN_USE if the recorder runs, and what the work throws
 */
export async function withEmbeddedLog<T>(terminal: Terminal, dataDir: string, work: (bus: Bus) => Promise<T>): Promise<T> {
  const dir = resolve(dataDir, 'log');
  if (!existsSync(join(dir, 'log.sqlite'))) {
    throw new ForensicsError('FF_NO_LOG', `no embedded log in ${printable(dir)}: --data takes the recorder's FF_DATA_DIR`);
  }
  const { EmbeddedLog } = await import('@fleet-forensics/shared/bus/embedded/embedded-log');
  const troubles = new Troubles();
  return troubles.shownIfFails(terminal, async () => {
    const bus = new EmbeddedLog({ dir, failed: troubles.add });
    try {
      return await work(bus);
    } finally {
      await bus.close();
    }
  });
}

const MAX_TROUBLES = 10;

/** What the bus went on from. It matters to who runs a command only if the command fails, too. */
class Troubles {
  readonly #newest: unknown[] = [];

  readonly add = (error: unknown): void => {
    this.#newest.push(error);
    if (this.#newest.length > MAX_TROUBLES) this.#newest.shift();
  };

  async shownIfFails<T>({ stderr }: Terminal, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      for (const each of this.#newest) {
        stderr.write(`fleet-forensics: ${printable(messageOf(each))}\n`);
      }
      throw error;
    }
  }
}
