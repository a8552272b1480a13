import { chmodSync, closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { upgradeSchema } from './journal-schema.ts';

/** Sessions, users' addresses and paths: for the writer alone. */
const JOURNAL_MODE = 0o600;

/** The journal's database, made if it is missing. @throws ForensicsError FF_JOURNAL_UNREADABLE */
export function openJournal(path: string, lockTimeoutMs: number): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    keepPrivate(path);
    database = new DatabaseSync(path, { timeout: lockTimeoutMs });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    upgradeSchema(database, path);
    return database;
  } catch (cause) {
    database?.close();
    if (cause instanceof ForensicsError) throw cause;
    const remedy = 'see its directory and disk; moved aside, blocks of the last days may be filed twice';
    throw new ForensicsError(
      'FF_JOURNAL_UNREADABLE',
      `the writer's journal ${path} can't be opened: ${String(cause)}; ${remedy}`,
      { cause },
    );
  }
}

function keepPrivate(path: string): void {
  try {
    // SQLite would make it, and the files beside it after its example, with the umask's mode.
    closeSync(openSync(path, 'wx', JOURNAL_MODE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // By name: a descriptor that is closed drops the locks of every connection that this process has.
    chmodSync(path, JOURNAL_MODE);
  }
}
