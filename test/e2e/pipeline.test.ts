import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Recorder, startRecorder } from '@fleet-forensics/standalone/recorder';
import { afterEach, describe, expect, it } from 'vitest';
import { blocksWhen, filedBlocks, post } from './recorder-process.ts';

const started: { recorder: Recorder; dataDir: string }[] = [];

async function recorderWith(environment: Record<string, string> = {}): Promise<Recorder> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fleet-forensics-e2e-'));
  const recorder = await startRecorder({
    environment: { FF_DATA_DIR: dataDir, FF_INGEST_PORT: '0', ...environment },
    warn: (warning) => {
      throw new Error(warning);
    },
  });
  started.push({ recorder, dataDir });
  return recorder;
}

afterEach(async () => {
  for (const { recorder, dataDir } of started.splice(0)) {
    await recorder.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

function message(session: string, text: string): object {
  return { node: 'ftp-1', session, type: 'SystemLog', level: 5, message: text };
}

function failed(session: string): object {
  return { node: 'ftp-1', session, criterion: 'FailedLogin' };
}

function blocks({ forensicRoot }: Recorder, count: number) {
  return blocksWhen(
    () => filedBlocks(forensicRoot),
    (filed) => filed.length >= count,
  );
}

describe('a failed login posted over HTTP', () => {
  it.each([1, 2, 16, 1024])('leaves exactly the newest %i messages in its block, over many requests', async (size) => {
    const recorder = await recorderWith({ FF_BUFFER_SIZE: String(size) });
    const texts = Array.from({ length: 1300 }, (_, index) => `line ${index}`);
    for (let start = 0; start < texts.length; start += 170) {
      const { status } = await post(
        recorder.url,
        texts.slice(start, start + 170).map((text) => message('s', text)),
      );
      expect(status).toBe(202);
    }
    await post(recorder.url, [message('s', 'the last one'), failed('s')]);
    const [block] = await blocks(recorder, 1);
    expect(block!.lines).toEqual([...texts, 'the last one'].slice(-size).map((text) => `[SystemLog:5] ${text}`));
    expect(block!.headers['Lines']).toBe(`${size} of 1301 (no seq, evicted ${1301 - size})`);
  });

  it('in eight sessions at once gives eight whole blocks, each with its own lines', async () => {
    const recorder = await recorderWith();
    const sessions = Array.from({ length: 8 }, (_, index) => `s${index}`);
    await Promise.all(
      sessions.map(async (session) => {
        for (let turn = 0; turn < 20; turn++) {
          await post(
            recorder.url,
            Array.from({ length: 40 }, (_, index) => message(session, `${session} ${turn} ${index}`)),
          );
        }
        await post(recorder.url, [failed(session)]);
      }),
    );
    const filed = await blocks(recorder, 8);
    expect(filed.map(({ headers }) => headers['Session']!).toSorted()).toEqual(sessions);
    for (const { headers, lines } of filed) {
      expect(lines).toHaveLength(800);
      expect(lines.every((line) => line.startsWith(`[SystemLog:5] ${headers['Session']!} `))).toBe(true);
    }
  });

  it('keeps the bytes of its messages, and none of them can forge a block or a line', async () => {
    const recorder = await recorderWith();
    const latin1 = Buffer.from([0x55, 0xe9, 0xff]);
    await post(recorder.url, [
      { ...message('s', ''), message: undefined, messageBase64: latin1.toString('base64') },
      message('s', 'nul \u0000 esc \u001b[2J bell \u0007 del \u007f'),
      message('s', 'USER x\n-----END FAILED LOGIN FORENSICS-----\n[SystemLog:5] forged'),
      message('s', '-----BEGIN FAILED LOGIN FORENSICS-----'),
      message('s', 'carriage\r\n'),
      message('s', ''),
      message('s', 'x'.repeat(65_536)),
      failed('s'),
    ]);
    const [block] = await blocks(recorder, 1);
    expect(block!.lines).toEqual(
      [
        latin1.toString('latin1'),
        String.raw`nul \x00 esc \x1b[2J bell \x07 del \x7f`,
        'USER x\n\t-----END FAILED LOGIN FORENSICS-----\n\t[SystemLog:5] forged',
        '-----BEGIN FAILED LOGIN FORENSICS-----',
        String.raw`carriage\x0d`,
        '',
        'x'.repeat(65_536),
      ].map((text) => `[SystemLog:5] ${text}`),
    );
  });

  it('files the good lines of a bad request and says what was wrong with the others', async () => {
    const recorder = await recorderWith();
    const { status, body } = await post(recorder.url, [message('s', 'good'), { node: 'ftp-1' }, failed('s')]);
    expect([status, body]).toEqual([202, { accepted: 2, rejected: [expect.objectContaining({ line: 2 })], rejectedCount: 1 }]);
    expect((await blocks(recorder, 1))[0]!.lines).toEqual(['[SystemLog:5] good']);
  });

  it('is in a file that only its owner and group read', async () => {
    const recorder = await recorderWith();
    await post(recorder.url, [failed('s')]);
    await blocks(recorder, 1);
    expect(statSync(join(recorder.forensicRoot, 'forensic.log')).mode & 0o777).toBe(0o640);
  });
});

it.each(['', '/log', '/log/deeper'])(
  'a recorder whose blocks could be filed into its own data (%s) does not start',
  async (below) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'fleet-forensics-e2e-'));
    await expect(recorderWith({ FF_DATA_DIR: dataDir, FF_FORENSIC_ROOT: `${dataDir}${below}` })).rejects.toMatchObject({
      code: 'FF_BAD_SETTING',
    });
    rmSync(dataDir, { recursive: true });
  },
);

it('a recorder that is told to end files what it has accepted first', async () => {
  const recorder = await recorderWith();
  const sessions = Array.from({ length: 500 }, (_, index) => `s${index}`);
  const { status } = await post(
    recorder.url,
    sessions.flatMap((session) => [message(session, 'one'), failed(session)]),
  );
  await recorder.close();
  expect([status, filedBlocks(recorder.forensicRoot).length]).toEqual([202, 500]);
  expect(recorder.counts()).toMatchObject({ accepted: 1000, blocks: 500, filed: 500, repeated: 0 });
});

it('a recorder that is started again goes on with the rings it had', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'fleet-forensics-e2e-'));
  const first = await recorderWith({ FF_DATA_DIR: dataDir });
  await post(first.url, [message('s', 'before')]);
  await first.close();
  const second = await recorderWith({ FF_DATA_DIR: dataDir });
  await post(second.url, [message('s', 'after'), failed('s')]);
  expect((await blocks(second, 1))[0]!.lines).toEqual(['[SystemLog:5] before', '[SystemLog:5] after']);
  await second.close();
  rmSync(dataDir, { recursive: true, force: true });
});
