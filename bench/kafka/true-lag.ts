import { lagOf } from '@fleet-forensics/cli/lag/group-lag';
import { KafkaBus } from '@fleet-forensics/shared/bus/kafka/kafka-bus';
import { KafkaSettings } from '@fleet-forensics/shared/settings/kafka-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { SESSION_EVENTS } from '@fleet-forensics/shared/topics';

/** Records of forensic.session-events that the buffers of a group have not folded, as far as they have committed it. */
export async function trueLag(broker: string, group: string): Promise<number> {
  const tell = (error: unknown) => process.stderr.write(`${String(error)}\n`);
  const bus = new KafkaBus({ settings: readSettings(KafkaSettings, { FF_KAFKA_BROKERS: broker }), failed: tell, fatal: tell });
  try {
    const partitions = await bus.groupPartitions(group, SESSION_EVENTS);
    return partitions.reduce((sum, partition) => sum + lagOf(partition).lag, 0);
  } finally {
    await bus.close();
  }
}
