import fs from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * What no writer can do without: the same bytes appended to a file in the same writes, each made durable, and beside each a
 * transaction of a database that is durable too.
 * @returns seconds
 */
export function appendPlainly(directory: string, writes: readonly number[], withTransactions: boolean): number {
  const base = fs.mkdtempSync(join(directory, 'ff-bench-plain-'));
  const database = new DatabaseSync(join(base, 'database'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (n INTEGER)');
  const insert = database.prepare('INSERT INTO t VALUES (?)');
  const bytes = Buffer.alloc(Math.max(...writes), 'x');
  const fd = fs.openSync(join(base, 'file'), 'a');
  const start = performance.now();
  for (const length of writes) {
    fs.writeSync(fd, bytes, 0, length);
    fs.fdatasyncSync(fd);
    if (withTransactions) insert.run(length);
  }
  const seconds = (performance.now() - start) / 1000;
  fs.closeSync(fd);
  database.close();
  fs.rmSync(base, { recursive: true });
  return seconds;
}
