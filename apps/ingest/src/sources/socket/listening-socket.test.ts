import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenOn } from './listening-socket.ts';

let dir: string;
let path: string;
const servers: Server[] = [];
const children: ChildProcess[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'listening-'));
  path = join(dir, 'node.sock');
});

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(dir, { recursive: true });
});

function newServer(): Server {
  const server = createServer();
  servers.push(server);
  return server;
}

/** A process that listens on the path until it is killed. */
async function listeningProcess(): Promise<ChildProcess> {
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('listens'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

describe('the socket of ingest', () => {
  it('is for its owner and its group, and leaves nothing beside it', async () => {
    const before = process.umask(0);
    const listening = await listenOn(newServer(), path).finally(() => process.umask(before));
    expect(statSync(path).mode & 0o777).toBe(0o660);
    expect(readdirSync(dir)).toEqual(['node.sock']);
    listening.remove();
    expect(readdirSync(dir)).toEqual([]);
  });

  it('replaces what a killed process left', async () => {
    const child = await listeningProcess();
    const killed = once(child, 'exit');
    child.kill('SIGKILL');
    await killed;
    expect(statSync(path).isSocket()).toBe(true);
    await listenOn(newServer(), path);
    expect(statSync(path).mode & 0o777).toBe(0o660);
  });

  it('is not taken from a process that lives', async () => {
    await listeningProcess();
    await expect(listenOn(newServer(), path)).rejects.toMatchObject({
      code: 'FF_SOCKET_IN_USE',
      message: expect.stringContaining(`FF_SOCKET_PATH=${path}: another process listens there`),
    });
    expect(existsSync(path)).toBe(true);
  });

  it('does not replace a file of another kind', async () => {
    writeFileSync(path, 'precious');
    await expect(listenOn(newServer(), path)).rejects.toMatchObject({ code: 'FF_LISTEN_FAILED' });
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it('stays where it is if it is a successor’s by now', async () => {
    const listening = await listenOn(newServer(), path);
    rmSync(path);
    await listenOn(newServer(), path);
    listening.remove();
    expect(existsSync(path)).toBe(true);
  });

  it('that has no directory says what to do', async () => {
    await expect(listenOn(newServer(), join(dir, 'missing/node.sock'))).rejects.toThrow(
      /FF_SOCKET_PATH=.*directory that is there/,
    );
  });

  it('may be abstract, and is then not shared either', async () => {
    const name = `@${path}`;
    await listenOn(newServer(), name);
    expect(readdirSync(dir)).toEqual([]);
    expect(readFileSync('/proc/net/unix', 'utf8')).toContain(name);
    await expect(listenOn(newServer(), name)).rejects.toMatchObject({ code: 'FF_SOCKET_IN_USE' });
  });
});
