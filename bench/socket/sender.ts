import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { waves } from '../fleet.ts';
import { SENT_FLEET, sentSession } from './sent-session.ts';

// The FTP sessions of a node. usage: sender.ts SOCKET PIECE_LINES; says when its frames are there, sends all of them at
// each message, and says when it has. Ends when its parent does.
const [path, pieceLines] = process.argv.slice(2) as [string, string];
const sentWaves = [...waves(SENT_FLEET)].map((wave) => wave.map((session) => sentSession(session, Number(pieceLines))));

async function write(socket: Socket, piece: Buffer): Promise<void> {
  if (!socket.write(piece)) await once(socket, 'drain');
}

async function send(pieces: readonly Buffer[]): Promise<void> {
  const socket = connect(path);
  await once(socket, 'connect');
  for (const piece of pieces) await write(socket, piece);
  socket.end();
  await once(socket, 'close');
}

async function sendAll(): Promise<void> {
  for (const wave of sentWaves) await Promise.all(wave.map(send));
  process.send!('sent');
}

process.on('message', () => void sendAll());
process.send!('ready');
