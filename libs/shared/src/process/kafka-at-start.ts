import { messageOf } from '../error.ts';
import { KafkaBus } from '../bus/kafka/kafka-bus.ts';
import { SETTINGS } from '../settings/catalogue.ts';
import { KafkaSettings } from '../settings/kafka-settings.ts';
import { readSettings, refuseUnknownSettings } from '../settings/setting.ts';
import type { ServicePorts } from './service.ts';

/** A service that can't be drained within this, milliseconds, is ended: longer than Kafka's default request time-out, twice. */
export const DRAIN_MS = 15_000;

/**
 * Kafka as the environment names it, not connected yet.
 * @throws ForensicsError FF_UNKNOWN_SETTING, FF_BAD_SETTING
 */
export function openKafka({ environment, warn, fatal }: ServicePorts): KafkaBus {
  refuseUnknownSettings(SETTINGS, environment);
  const settings = readSettings(KafkaSettings, environment);
  return new KafkaBus({ settings, failed: (error) => warn(messageOf(error)), fatal });
}
