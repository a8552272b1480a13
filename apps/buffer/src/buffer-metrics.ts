import type { BusServer } from '@fleet-forensics/shared/bus/bus-server';
import type { Metric } from '@fleet-forensics/shared/metrics/metric';
import type { PartitionOwner } from './partition-owner.ts';
import type { SessionBuffer } from './session-buffer.ts';

/** What a buffer tells Prometheus. @param server knows how far the log of each partition goes */
export function bufferMetrics(buffer: SessionBuffer, server: Pick<BusServer, 'partitions'>): Metric[] {
  return [...ofRings(buffer), ...ofPartitions(buffer, server), ...ofRecords(buffer), ...ofBlocks(buffer)];
}

function ofRings(buffer: SessionBuffer): Metric[] {
  const sum = (of: (owner: PartitionOwner) => number) => buffer.owners.reduce((total, owner) => total + of(owner), 0);
  return [
    {
      kind: 'gauge',
      name: 'forensic_buffer_rings',
      help: 'Live sessions, each with a ring',
      read: () => sum(({ fold }) => fold.sessionCount),
    },
    {
      kind: 'gauge',
      name: 'forensic_buffer_ring_bytes',
      help: 'Encoded messages in all rings',
      read: () => sum(({ ringBytes }) => ringBytes),
    },
  ];
}

function ofPartitions(buffer: SessionBuffer, server: Pick<BusServer, 'partitions'>): Metric[] {
  return [
    {
      kind: 'gauge',
      name: 'forensic_buffer_partitions',
      help: 'Partitions of forensic.session-events that it owns',
      read: () => buffer.owners.length,
    },
    {
      kind: 'gauge',
      name: 'forensic_buffer_restoring_partitions',
      help: 'Partitions whose rings are not yet what they were',
      read: () => buffer.owners.filter(({ fold }) => !fold.isLive).length,
    },
    {
      kind: 'gauge',
      name: 'forensic_buffer_true_lag_records',
      help: 'End of the partition minus the position: records of which blocks could still come',
      label: 'partition',
      read: () => trueLag(buffer, server),
    },
    buffer.restoreSeconds,
    {
      kind: 'counter',
      name: 'forensic_buffer_checkpoints_total',
      help: 'Checkpoints of sessions written to the log',
      read: () => buffer.counts.checkpointsWritten,
    },
    {
      kind: 'counter',
      name: 'forensic_buffer_checkpoint_bytes_total',
      help: 'Bytes of their records',
      read: () => buffer.counts.checkpointBytes,
    },
  ];
}

/** A partition that is being restored is not behind: below its position everything was done before. */
function trueLag({ owners }: SessionBuffer, { partitions }: Pick<BusServer, 'partitions'>): Record<string, number> {
  const ends = new Map(partitions.map(({ partition, end }) => [partition, end]));
  return Object.fromEntries(
    owners.map(({ partition, position }) => [partition, Math.max(0, (ends.get(partition) ?? position) - position)]),
  );
}

function ofRecords(buffer: SessionBuffer): Metric[] {
  return [
    {
      kind: 'counter',
      name: 'forensic_buffer_messages_total',
      help: 'Messages folded, without those of replays',
      read: () => buffer.counts.messages - buffer.counts.replayedMessages,
    },
    {
      kind: 'counter',
      name: 'forensic_buffer_replayed_messages_total',
      help: 'Messages folded again to restore rings',
      read: () => buffer.counts.replayedMessages,
    },
    {
      kind: 'counter',
      name: 'forensic_buffer_evicted_total',
      help: 'Messages that newer ones took the place of in their ring, known when a block or the end of the session closes its account',
      read: () => buffer.counts.evicted,
    },
    {
      kind: 'counter',
      name: 'forensic_buffer_missing_total',
      help: 'Messages whose numbers never came, known when a block or the end of the session closes its account',
      read: () => buffer.counts.missing,
    },
    {
      kind: 'counter',
      name: 'forensic_buffer_sessions_dropped_total',
      help: 'Sessions dropped at a tick: idle for too long, without keep-alives of their node, or over a bound of the partition',
      label: 'reason',
      read: () => {
        const { expired, lost, crowdedOut } = buffer.counts;
        return { expired, lost, crowded_out: crowdedOut };
      },
    },
    {
      kind: 'counter',
      name: 'forensic_buffer_poison_total',
      help: 'Records that could not be read',
      read: () => buffer.counts.poison,
    },
  ];
}

function ofBlocks(buffer: SessionBuffer): Metric[] {
  return [
    {
      kind: 'counter',
      name: 'forensic_buffer_blocks_total',
      help: 'Blocks handed to the log, by criterion',
      label: 'criterion',
      read: () => buffer.criteria.counts,
    },
    {
      kind: 'counter',
      name: 'forensic_dead_letters_total',
      help: 'Records that could not be used and went to forensic.dead-letters, by the service that sent them there',
      label: 'service',
      read: () => ({ buffer: buffer.counts.deadLetters }),
    },
  ];
}
