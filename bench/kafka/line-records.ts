import type { OutgoingRecord } from '@fleet-forensics/shared/bus/port';
import { type FleetParameters, type FleetSession, waves } from '../fleet.ts';
import { sessionEvents } from '../ndjson.ts';

/** As in bench/ndjson.ts: what a shipper sends of one session before the next one's turn. */
const TURN = 25;

/** The fleet as pipelines without packing publish it: one event a record, JSON. Openings are left out. */
export function lineRecords(fleet: FleetParameters): OutgoingRecord[] {
  const records: OutgoingRecord[] = [];
  for (const wave of waves(fleet)) {
    const streams = wave.map((session) => recordsOf(fleet, session));
    const longest = Math.max(...streams.map(({ length }) => length));
    for (let start = 0; start < longest; start += TURN) {
      for (const stream of streams) records.push(...stream.slice(start, start + TURN));
    }
  }
  return records;
}

function recordsOf(fleet: FleetParameters, session: FleetSession): OutgoingRecord[] {
  const key = Buffer.from(`${session.node}\0${session.session}`);
  return sessionEvents(fleet, session)
    .slice(1)
    .map((event) => ({ key, value: Buffer.from(event) }));
}
