import { decodePosition } from '@fleet-forensics/shared/wire/commit-position';
import { connectAdmin } from '@fleet-forensics/shared/bus/kafka/client';
import type { LogEntry } from '@fleet-forensics/shared/bus/kafka/client-calls';
import { connectionOptions } from '@fleet-forensics/shared/bus/kafka/connection-options';
import { KafkaSettings } from '@fleet-forensics/shared/settings/kafka-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { SESSION_EVENTS } from '@fleet-forensics/shared/topics';

/**
 * Records of forensic.session-events that the buffers of a group have not folded, as far as they have committed it. Kafka's own
 * tools would count from the watermark, which waits for live sessions.
 */
export async function trueLag(broker: string, groupId: string): Promise<number> {
  const settings = readSettings(KafkaSettings, { FF_KAFKA_BROKERS: broker });
  const log = ({ log: { message } }: LogEntry) => process.stderr.write(`${message}\n`);
  const admin = connectAdmin({ ...connectionOptions(settings), log });
  await admin.connect();
  try {
    const [committed] = await admin.fetchOffsets({ groupId, topics: [SESSION_EVENTS] });
    const positions = new Map(
      committed?.partitions.map(({ partition, metadata }) => [partition, decodePosition(metadata ?? '') ?? 0]),
    );
    const ends = await admin.fetchTopicOffsets(SESSION_EVENTS);
    return ends.reduce((lag, { partition, high }) => lag + Number(high) - (positions.get(partition) ?? 0), 0);
  } finally {
    await admin.disconnect();
  }
}
