import { LOG_TYPE_NAMES } from '@fleet-forensics/shared/wire/log-type';
import { type FleetLine, type FleetParameters, type FleetSession, fleetLines, waves } from './fleet.ts';

export interface NdjsonBody {
  readonly bytes: Buffer;
  readonly events: number;
}

function lineEvent({ node, session, pid }: FleetSession, { type, level, timeUs, text }: FleetLine, seq: number): string {
  const message = JSON.stringify(text.toString());
  return `{"node":"${node}","session":"${session}","type":"${LOG_TYPE_NAMES[type]}","level":${level},"time":${timeUs},"pid":${pid},"seq":${seq},"message":${message}}\n`;
}

/** A session's events, each a line of NDJSON. */
export function sessionEvents(fleet: FleetParameters, session: FleetSession): string[] {
  const of = `{"node":"${session.node}","session":"${session.session}",`;
  const lines = fleetLines(fleet, session).map((line, index) => lineEvent(session, line, index + 1));
  const opening = `${of}"open":{"clientAddress":"192.0.2.1","serverAddress":"192.0.2.9:21","protocol":"ftp"}}\n`;
  const criterion = session.fails ? [`${of}"criterion":"FailedLogin","seq":${lines.length + 1}}\n`] : [];
  return [opening, ...lines, ...criterion, `${of}"end":"quit"}\n`];
}

/** They in pieces of at most `piece` lines, the ending with the last. */
function sessionPieces(fleet: FleetParameters, session: FleetSession, piece: number): NdjsonBody[] {
  const events = sessionEvents(fleet, session);
  const pieces: NdjsonBody[] = [];
  for (let start = 0; start < events.length; start += piece) {
    const part = events.slice(start, start + piece);
    pieces.push({ bytes: Buffer.from(part.join('')), events: part.length });
  }
  return pieces;
}

/**
 * The fleet as request bodies of about `bodyBytes`, the sessions of a wave taking turns of 25 lines, as a shipper sends that
 * tails busy nodes. A session's events are spread over the bodies in order; a lane has sessions of its own.
 */
export function ndjsonBodies(fleet: FleetParameters, bodyBytes: number, lane = 0, lanes = 1): NdjsonBody[] {
  const bodies: NdjsonBody[] = [];
  let parts: Buffer[] = [];
  let events = 0;
  let byteLength = 0;
  const close = () => {
    if (events > 0) bodies.push({ bytes: Buffer.concat(parts), events });
    parts = [];
    events = 0;
    byteLength = 0;
  };
  for (const wave of waves(fleet)) {
    const ofLane = wave.filter((_, index) => index % lanes === lane);
    const streams = ofLane.map((session) => sessionPieces(fleet, session, 25));
    for (let turn = 0; streams.some((stream) => turn < stream.length); turn++) {
      for (const stream of streams) {
        const piece = stream[turn];
        if (piece === undefined) continue;
        parts.push(piece.bytes);
        events += piece.events;
        byteLength += piece.bytes.length;
        if (byteLength >= bodyBytes) close();
      }
    }
  }
  close();
  return bodies;
}
