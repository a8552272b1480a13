import type { Bus, OutgoingRecord } from '@fleet-forensics/shared/bus/port';
import { SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import { type FleetParameters, packedRecords } from '../fleet.ts';
import { keyed } from '../keyed-records.ts';
import { NameStamp } from './name-stamp.ts';

const RECORDS_AT_ONCE = 2000;

/** Publishes a fleet so many times, each time under new names, as ingest would. @param ends false: its sessions live on */
export async function prefill(bus: Bus, fleet: FleetParameters, rounds: number, ends = true): Promise<void> {
  const records = keyed(packedRecords(fleet, undefined, ends).records);
  const names = NameStamp.ofRecords(records);
  for (let round = 0; round < rounds; round++) {
    names.write(round);
    await publish(bus, SESSION_EVENTS, records);
  }
}

export async function publish(bus: Bus, topic: string, records: readonly OutgoingRecord[]): Promise<void> {
  const producer = bus.producer();
  for (let start = 0; start < records.length; start += RECORDS_AT_ONCE) {
    await producer.send(topic, records.slice(start, start + RECORDS_AT_ONCE));
  }
}
