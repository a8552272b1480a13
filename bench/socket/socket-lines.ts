import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SENT_FLEET } from './sent-session.ts';

const RECEIVER = fileURLToPath(new URL('receiver.ts', import.meta.url));
const SENDER = fileURLToPath(new URL('sender.ts', import.meta.url));

const LOOK_EVERY_MS = 10;

interface Progress {
  readonly cpuSeconds: number;
  /** Taken by the log. */
  readonly messages: number;
  readonly lost: number;
}

export interface SocketFigures {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

async function answerOf<T>(child: ChildProcess): Promise<T> {
  const answered = once(child, 'message') as Promise<[T]>;
  child.send('go');
  return (await answered)[0];
}

/** Settles when the log has this many lines. */
async function taken(receiver: ChildProcess, lines: number): Promise<Progress> {
  for (;;) {
    const progress = await answerOf<Progress>(receiver);
    if (progress.lost > 0) throw new Error(`${progress.lost} lines were lost`);
    if (progress.messages >= lines) return progress;
    await pause(LOOK_EVERY_MS);
  }
}

/**
 * Frames over the node's socket into a log, from another process: lines per second of wall time and per CPU second of the one that
 * reads them, after one pass that does not count.
 * @param pieceLines lines of a session that are sent at once: what a busy ingest finds in its socket
 */
export async function socketLines(log: 'embedded' | 'memory', pieceLines: number): Promise<SocketFigures> {
  const lines = SENT_FLEET.sessions * SENT_FLEET.linesPerSession;
  const receiver = fork(RECEIVER, [log]);
  try {
    const [{ path }] = (await once(receiver, 'message')) as [{ path: string }];
    const sender = fork(SENDER, [path, String(pieceLines)]);
    await once(sender, 'message');
    await answerOf(sender);
    const before = await taken(receiver, lines);
    const start = performance.now();
    await answerOf(sender);
    const { cpuSeconds } = await taken(receiver, 2 * lines);
    const seconds = (performance.now() - start) / 1000;
    sender.disconnect();
    return { perSecond: lines / seconds, perCpuSecond: lines / (cpuSeconds - before.cpuSeconds) };
  } finally {
    receiver.disconnect();
    await once(receiver, 'exit');
  }
}
