import { execFile } from 'node:child_process';
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { EmbeddedLog } from './embedded-log.ts';
import { openLog, readAll, records, scratchDir } from './scratch-log.fixture.ts';

const SPEC = { name: 't', partitions: 1, retentionMs: 0, retentionBytes: 0 };
const APPENDER = join(import.meta.dirname, 'appender.fixture.ts');
const TYPES = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];

describe("the log's file", () => {
  it("is for its owner only: what nodes log is nobody else's business", async () => {
    const dir = join(scratchDir(), 'new', 'log');
    const log = openLog({ dir });
    await log.ensureTopics([SPEC]);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(readdirSync(dir).map((name) => statSync(join(dir, name)).mode & 0o777)).toEqual([0o600, 0o600]);
  });

  it('is refused to a second log of the same process, and the first one goes on', async () => {
    const dir = scratchDir();
    const log = openLog({ dir });
    await log.ensureTopics([SPEC]);
    const message = expect.stringContaining(dir) as string;
    expect(() => new EmbeddedLog({ dir })).toThrow(expect.objectContaining({ code: 'FF_LOG_IN_USE', message }));
    await log.producer().send('t', records(1));
    await expect(promisify(execFile)(process.execPath, [...TYPES, APPENDER, dir, '1'])).rejects.toMatchObject({
      stderr: expect.stringContaining('FF_LOG_IN_USE') as string,
    });
  });

  it('is free again after close, which may be called twice', async () => {
    const dir = scratchDir();
    const log = openLog({ dir });
    await log.ensureTopics([SPEC]);
    await Promise.all([log.close(), log.close()]);
    const again = openLog({ dir });
    await again.producer().send('t', records(1));
    expect(await again.offsets({ topic: 't', partition: 0 })).toEqual({ begin: 0, end: 1 });
  });

  it('of another version of the program is left alone', async () => {
    const dir = scratchDir();
    await openLog({ dir }).close();
    const file = new DatabaseSync(join(dir, 'log.sqlite'));
    file.exec('pragma user_version = 99');
    file.close();
    expect(() => new EmbeddedLog({ dir })).toThrow(expect.objectContaining({ code: 'FF_LOG_VERSION' }));
  });

  it('that cannot be opened says so, with the reason', () => {
    const file = join(scratchDir(), 'file');
    writeFileSync(file, '');
    expect(() => new EmbeddedLog({ dir: file })).toThrow(expect.objectContaining({ code: 'FF_LOG_UNAVAILABLE' }));
    const dir = scratchDir();
    writeFileSync(join(dir, 'log.sqlite'), 'not a database, but long enough to be looked at by SQLite'.repeat(100));
    expect(() => new EmbeddedLog({ dir })).toThrow(/not a database/);
  });

  it('keeps the mode that an administrator gave its directory', async () => {
    const dir = scratchDir();
    chmodSync(dir, 0o750);
    const log = openLog({ dir });
    await log.ensureTopics([SPEC]);
    await log.producer().send('t', records(1));
    expect(await readAll(log, { topic: 't', partition: 0 })).toHaveLength(1);
    expect(statSync(dir).mode & 0o777).toBe(0o750);
  });
});
