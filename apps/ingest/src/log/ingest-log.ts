import type { Producer } from '@fleet-forensics/shared/bus/port';
import { ForensicsError, hasCode, messageOf } from '@fleet-forensics/shared/error';
import { openKafka } from '@fleet-forensics/shared/process/kafka-at-start';
import type { ServicePorts } from '@fleet-forensics/shared/process/service';
import { checkTopics, untilKafkaAnswers } from '@fleet-forensics/shared/process/topic-check';
import { SETTINGS } from '@fleet-forensics/shared/settings/catalogue';
import { ForwardSettings } from '@fleet-forensics/shared/settings/forward-settings';
import { PolicySettings } from '@fleet-forensics/shared/settings/ingest-settings';
import { readSettings, refuseUnknownSettings } from '@fleet-forensics/shared/settings/setting';
import { ALL_LOG_TYPES } from '@fleet-forensics/shared/wire/log-type';
import type { Counters } from '../counters.ts';
import { policyOfSettings } from '../policy/policy-of-settings.ts';
import { CentralConnection } from './central-connection.ts';
import { CentralIngest } from './central-ingest.ts';
import { KafkaGate } from './kafka-gate.ts';

/** Where the records go: Kafka, or another ingest that has it. */
export interface IngestLog {
  /** As an operator is told of it. */
  readonly name: string;
  /** Takes nothing before {@link open}. */
  readonly producer: Producer;
  /**
   * Resolves when events may be taken: with a spool, at once.
   * @throws ForensicsError FF_BAD_TOPICS if Kafka answers now, and its topics are not as they have to be
   */
  open(hasSpool: boolean): Promise<void>;
  close(): Promise<void>;
}

/** The log that the settings name. @throws ForensicsError FF_UNKNOWN_SETTING, FF_BAD_SETTING */
export function ingestLog(ports: ServicePorts, counters: Counters): IngestLog {
  refuseUnknownSettings(SETTINGS, ports.environment);
  const settings = readSettings(ForwardSettings, ports.environment);
  const { url, tokenFile, ca, cert, key } = settings;
  if (url !== '') return centralLog(settings, ports, counters);
  if ([tokenFile, ca, cert, key].some((path) => path !== '')) {
    throw new ForensicsError('FF_BAD_SETTING', 'FF_FORWARD_TOKEN_FILE, _CA, _CERT and _KEY are of no use without FF_FORWARD_URL');
  }
  return kafkaLog(ports);
}

function centralLog(settings: ForwardSettings, { environment, warn }: ServicePorts, counters: Counters): IngestLog {
  const policy = policyOfSettings(readSettings(PolicySettings, environment));
  // What is left out here could not be told from what was lost.
  if (policy !== null && policy.capture.length > 0 && policy.capture.length < ALL_LOG_TYPES.length) {
    throw new ForensicsError(
      'FF_BAD_SETTING',
      'FF_CAPTURE is decided by the ingest that FF_FORWARD_URL names: set it there, not here',
    );
  }
  const { url } = settings;
  const told = (message: string) => warn(`ingest: ${message}`);
  const connection = new CentralConnection(settings, told);
  const producer = new CentralIngest({ url, connection, counters, warn: told });
  return { name: url, producer, open: () => Promise.resolve(), close: async () => connection.close() };
}

function kafkaLog(ports: ServicePorts): IngestLog {
  const { warn, fatal } = ports;
  const bus = openKafka(ports);
  const gate = new KafkaGate(bus.producer());
  const open = async (hasSpool: boolean) => {
    try {
      await checkTopics(bus, warn);
      gate.open();
    } catch (error) {
      if (!hasCode(error, 'FF_LOG_UNAVAILABLE')) throw error;
      if (hasSpool) warn(`starting without Kafka, on the spool: ${messageOf(error)}`);
      const waitsFor = (reason: unknown) => hasSpool || hasCode(reason, 'FF_LOG_UNAVAILABLE');
      const waiting = untilKafkaAnswers(warn, () => checkTopics(bus, warn), waitsFor);
      const opening = waiting.then(() => gate.open());
      if (hasSpool) opening.catch(fatal);
      else await opening;
    }
  };
  return { name: 'Kafka', producer: gate, open, close: () => bus.close() };
}
