import { frames } from '../../apps/ingest/src/sources/socket/frames.fixture.ts';
import { FLEET, type FleetParameters, type FleetSession, fleetLines } from '../fleet.ts';

/** What is sent in one pass. */
export const SENT_FLEET: FleetParameters = { ...FLEET, sessions: 2000 };

/** A session's frames, as its module sends them, in pieces of so many lines. */
export function sentSession(session: FleetSession, pieceLines: number): Buffer[] {
  const { pid } = session;
  const lines = fleetLines(SENT_FLEET, session).map(({ type, level, timeUs, text }) =>
    frames.message(text, 0, { type, level, timeUs, pid }),
  );
  const opening = frames.open(session.session, 1, {
    clientAddress: '192.0.2.1',
    serverAddress: '192.0.2.9:21',
    protocol: 'ftp',
  });
  const ending = session.fails ? [frames.criterion(), frames.close()] : [frames.close()];
  const said = [opening, ...lines, ...ending];
  const pieces: Buffer[] = [];
  for (let start = 0; start < said.length; start += pieceLines) {
    pieces.push(Buffer.concat(said.slice(start, start + pieceLines)));
  }
  return pieces;
}
