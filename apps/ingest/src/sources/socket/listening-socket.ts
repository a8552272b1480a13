import { once } from 'node:events';
import { chmodSync, lstatSync, mkdtempSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { ForensicsError, messageOf } from '@fleet-forensics/shared/error';

/** Its owner and its group may connect. */
const MODE = 0o660;

/** Connections that wait to be accepted, while the event loop is busy; the kernel's own bound (net.core.somaxconn) may be lower. */
const BACKLOG = 4096;

/** A Unix socket's place in the file system, or in the abstract name space. */
export interface ListeningSocket {
  /** Takes its file away, unless it is another's by now. */
  remove(): void;
}

/**
 * Lets the server listen. What a dead process left at the path is replaced; at no moment may others than owner and group connect.
 * @param path absolute, or `@` and an abstract name
 * @throws ForensicsError FF_SOCKET_IN_USE if somebody listens there, FF_LISTEN_FAILED if it can't be had
 */
export async function listenOn(server: Server, path: string): Promise<ListeningSocket> {
  try {
    if (path.startsWith('@')) return await listenAbstract(server, path);
    await refuseInUse(path);
    return await listenAside(server, path);
  } catch (cause) {
    if (cause instanceof ForensicsError) throw cause;
    throw failed(path, `${messageOf(cause)}; choose a place in a directory that is there and that ingest may write to`, cause);
  }
}

async function listenAbstract(server: Server, path: string): Promise<ListeningSocket> {
  try {
    await listen(server, `\0${path.slice(1)}`);
  } catch (error) {
    throw codeOf(error) === 'EADDRINUSE' ? inUse(path) : error;
  }
  return { remove: () => {} };
}

/** Bound in a directory that only its owner can enter, then moved to its place: umask is the whole process' and not touched. */
async function listenAside(server: Server, path: string): Promise<ListeningSocket> {
  const dir = mkdtempSync(join(dirname(path), '.ff-'));
  try {
    const aside = join(dir, 's');
    await listen(server, aside);
    chmodSync(aside, MODE);
    renameSync(aside, path);
  } finally {
    rmdirSync(dir);
  }
  const { ino } = lstatSync(path);
  return {
    remove: () => {
      if (lstatSync(path, { throwIfNoEntry: false })?.ino === ino) rmSync(path);
    },
  };
}

async function listen(server: Server, path: string): Promise<void> {
  const listening = once(server, 'listening');
  server.listen({ path, backlog: BACKLOG });
  await listening;
}

async function refuseInUse(path: string): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket()) throw failed(path, 'something else than a socket is there; it is not replaced: choose another place');
  const probe = connect(path);
  try {
    await once(probe, 'connect');
  } catch (error) {
    const code = codeOf(error);
    // Nobody listens, or it is gone by now.
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return;
    // Its queue is full.
    if (code !== 'EAGAIN') throw error;
  } finally {
    probe.destroy();
  }
  throw inUse(path);
}

function inUse(path: string): ForensicsError {
  return new ForensicsError(
    'FF_SOCKET_IN_USE',
    `FF_SOCKET_PATH=${path}: another process listens there: end it, or choose another place`,
  );
}

function failed(path: string, why: string, cause?: unknown): ForensicsError {
  return new ForensicsError('FF_LISTEN_FAILED', `FF_SOCKET_PATH=${path}: ${why}`, { cause });
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
