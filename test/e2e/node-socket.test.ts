import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FiledBlock } from '@fleet-forensics/standalone/filed-block';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { frames } from '../../apps/ingest/src/sources/socket/frames.fixture.ts';
import { FakeModule } from './fake-module.ts';
import { blocksWhen, filedBlocks, post, RecorderProcess } from './recorder-process.ts';
import type { ServiceProcess } from './service-process.ts';

const SESSION_PROCESS = fileURLToPath(new URL('session-process.ts', import.meta.url));

let dataDir: string;
let path: string;
let recorder: ServiceProcess;

async function start(): Promise<void> {
  recorder = await RecorderProcess.start(dataDir, { FF_SOCKET_PATH: path, FF_NODE: 'ftp-1' });
}

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'fleet-forensics-socket-'));
  path = join(dataDir, 'node.sock');
  await start();
});

afterEach(async () => {
  await recorder.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

function blocks(count: number): Promise<FiledBlock[]> {
  return blocksWhen(
    () => filedBlocks(join(dataDir, 'forensic')),
    ({ length }) => length >= count,
  );
}

function numbered(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);
}

describe('a session on the socket of its node', () => {
  it('files its failed logins, each with the lines since the one before', async () => {
    const module = await FakeModule.connect(path, 's');
    module.log(...numbered(1, 300));
    module.fail();
    module.log(...numbered(301, 310));
    module.fail();
    module.quit();
    const [first, second] = await blocks(2);
    expect(first!.marker).toBe('FAILED LOGIN');
    expect(first!.headers).toMatchObject({ Node: 'ftp-1', Session: 's', 'Client-Address': '192.0.2.1', 'Attempted-User': 'tj' });
    expect(first!.headers['Lines']).toBe('300 of 300 (seq 1-300, evicted 0, missing 0)');
    expect(first!.lines).toEqual(numbered(1, 300).map((line) => `[SystemLog:5] ${line}`));
    expect(second!.headers['Lines']).toBe('10 of 10 (seq 302-311, evicted 0, missing 0)');
    expect(statSync(path).mode & 0o777).toBe(0o660);
  });

  it('is filed at the highest number, and one that names a higher number stops nobody', async () => {
    for (const [session, nextSeq] of [
      ['a', 2 ** 53 - 3],
      ['b', 2 ** 53 - 1],
      ['highest', 2 ** 52],
    ] as const) {
      const socket = connect(path).resume();
      socket.end(Buffer.concat([frames.open(session, nextSeq), frames.criterion(), frames.close()]));
      await once(socket, 'close');
    }
    const module = await FakeModule.connect(path, 's');
    module.fail();
    const sessions = (await blocks(2)).map(({ headers }) => headers['Session']);
    expect(new Set(sessions)).toEqual(new Set(['highest', 's']));
  });

  it('files its death when its process is killed', async () => {
    const child = spawn(process.execPath, [SESSION_PROCESS, path, 's', ...numbered(1, 20)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    const [death] = await blocks(1);
    expect(death).toMatchObject({ marker: 'UNTIMELY DEATH', headers: { Session: 's' } });
    expect(death!.lines).toHaveLength(20);
  });

  it('goes on when ingest was killed and started again, with its numbers, and is not dead', async () => {
    const module = await FakeModule.connect(path, 's');
    module.log('line 1');
    module.fail();
    await blocks(1);
    await recorder.kill('SIGKILL');
    await start();
    await module.reconnect(path);
    module.log('line 3');
    module.fail();
    const [, second] = await blocks(2);
    expect(second).toMatchObject({ marker: 'FAILED LOGIN', lines: ['[SystemLog:5] line 3'] });
    expect(second!.headers['Lines']).toBe('1 of 1 (seq 3-3, evicted 0, missing 0)');
  });

  it('is not dead because ingest was told to end', async () => {
    const module = await FakeModule.connect(path, 's');
    module.log('line 1');
    module.fail();
    await blocks(1);
    expect(await recorder.kill('SIGTERM')).toBe(0);
    await start();
    await module.reconnect(path);
    module.fail();
    expect((await blocks(2)).map(({ marker }) => marker)).toEqual(['FAILED LOGIN', 'FAILED LOGIN']);
  });

  it('is filed whole beside two thousand others, and HTTP is answered', async () => {
    const modules = await Promise.all(Array.from({ length: 2000 }, (_, index) => FakeModule.connect(path, `s${index}`)));
    for (const module of modules) {
      module.log(...numbered(1, 100));
      module.fail();
    }
    const { status } = await post(recorder.url, [{ node: 'other', session: 'http', criterion: 'OnDemand' }]);
    for (const module of modules) module.quit();
    const filed = await blocks(2001);
    const ofSocket = filed.filter(({ headers }) => headers['Session'] !== 'http');
    expect([status, filed.length, ofSocket.length]).toEqual([202, 2001, 2000]);
    expect(ofSocket.every(({ headers }) => headers['Lines'] === '100 of 100 (seq 1-100, evicted 0, missing 0)')).toBe(true);
  });
});
