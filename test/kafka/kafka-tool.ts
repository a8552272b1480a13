import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';

const TOOL = fileURLToPath(new URL('../../tools/kafka.mjs', import.meta.url));

/** `npm run kafka` as a process; what it says is collected. */
export class KafkaTool {
  readonly child: ChildProcess;
  /** Both outputs. */
  said = '';
  /** The status at the end; null if a signal ended it. */
  readonly ended: Promise<number | null>;

  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [TOOL, ...args], { env: { ...process.env, ...environment } });
    for (const output of [this.child.stdout, this.child.stderr]) {
      output?.on('data', (chunk: Buffer) => {
        this.said += chunk.toString();
      });
    }
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
  }

  /** The port, when it says that it listens. @throws Error with what it said if it ends before */
  listening(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.child.stdout?.on('data', () => {
        const port = /^kafka listens on 127\.0\.0\.1:(\d+)$/m.exec(this.said)?.[1];
        if (port !== undefined) resolve(Number(port));
      });
      void this.ended.then(() => reject(new Error(this.said)));
    });
  }
}

/** True if somebody takes a connection on this port of 127.0.0.1. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
