import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { ForensicsError, messageOf } from '../../error.ts';
import { LOCK_WAIT_MS, LOG_VERSION, PRAGMAS, SCHEMA, maxPages } from './log-schema.ts';

const FILE_NAME = 'log.sqlite';
const SQLITE_BUSY = 5;

export type Statement = StatementSync;

/** What is done in memory along with a transaction, in step with it. */
export interface Transaction {
  onCommit(effect: () => void): void;
  /** Run in reverse order. */
  onRollback(effect: () => void): void;
}

/** The log's SQLite file: locked, with the schema in place, every error of SQLite turned into one of ours. */
export class LogFile {
  readonly #dir: string;
  readonly #database: DatabaseSync;
  readonly #begin: Statement;
  readonly #commit: Statement;

  /**
   * @throws ForensicsError FF_LOG_IN_USE if another process, or another log of this one, has the directory open;
   * FF_LOG_VERSION if another version of the program made it; FF_LOG_UNAVAILABLE if it can't be opened
   */
  constructor(dir: string, maxFileBytes: number) {
    this.#dir = dir;
    this.#database = this.#guard(() => open(dir));
    try {
      this.#guard(() => prepare(this.#database, dir, maxFileBytes));
      this.#begin = this.statement('begin immediate');
      this.#commit = this.statement('commit');
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** A statement whose rows come as arrays. */
  statement(sql: string): Statement {
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  }

  /** Runs `work` and commits it durably, or undoes it. @throws ForensicsError FF_LOG_UNAVAILABLE, or what `work` throws */
  transaction<T>(work: (transaction: Transaction) => T): T {
    const commits: (() => void)[] = [];
    const rollbacks: (() => void)[] = [];
    let result: T;
    try {
      result = this.#guard(() => {
        this.#begin.run();
        const done = work({ onCommit: (effect) => commits.push(effect), onRollback: (effect) => rollbacks.push(effect) });
        this.#commit.run();
        return done;
      });
    } catch (error) {
      for (const undo of rollbacks.toReversed()) undo();
      this.#guard(() => this.#rollback());
      throw error;
    }
    for (const effect of commits) effect();
    return result;
  }

  /** Reads. @throws ForensicsError FF_LOG_UNAVAILABLE */
  read<T>(work: () => T): T {
    return this.#guard(work);
  }

  /** What is filled of the file, without the room that records left. @throws ForensicsError FF_LOG_UNAVAILABLE */
  get usedBytes(): number {
    return this.#guard(() => {
      const [pages, free, pageBytes] = ['page_count', 'freelist_count', 'page_size'].map((pragma) =>
        Number(this.#database.prepare(`pragma ${pragma}`).get()?.[pragma]),
      );
      return (pages! - free!) * pageBytes!;
    });
  }

  /** Gives room that nothing fills any more back to the file system. @throws ForensicsError FF_LOG_UNAVAILABLE */
  shrink(): void {
    this.#guard(() => this.#database.exec('vacuum; pragma wal_checkpoint(truncate)'));
  }

  close(): void {
    this.#guard(() => this.#database.close());
  }

  /** After most failures of the disk SQLite has done it by itself. */
  #rollback(): void {
    if (this.#database.isTransaction) this.#database.exec('rollback');
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      if (cause instanceof ForensicsError) throw cause;
      throw translate(this.#dir, cause);
    }
  }
}

function open(dir: string): DatabaseSync {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, FILE_NAME);
  try {
    // SQLite would make it with the umask's mode. An existing file must not be opened here: closing it would drop its lock.
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return new DatabaseSync(path, { timeout: LOCK_WAIT_MS });
}

function prepare(database: DatabaseSync, dir: string, maxFileBytes: number): void {
  database.exec(PRAGMAS);
  database.exec(`pragma max_page_count = ${maxPages(maxFileBytes)}`);
  const version = Number(database.prepare('pragma user_version').get()?.['user_version']);
  if (version === 0) database.exec(`begin immediate; ${SCHEMA} commit;`);
  else if (version !== LOG_VERSION) {
    throw new ForensicsError(
      'FF_LOG_VERSION',
      `The log in ${dir} has format ${version}, this program reads ${LOG_VERSION}: start the version that wrote it, or move the directory away`,
    );
  }
}

function translate(dir: string, cause: unknown): ForensicsError {
  const reason = messageOf(cause);
  if ((cause as { errcode?: number }).errcode === SQLITE_BUSY) {
    return new ForensicsError(
      'FF_LOG_IN_USE',
      `The log in ${dir} is open elsewhere: one process at a time. Stop the other one, or use another directory`,
      { cause },
    );
  }
  return new ForensicsError(
    'FF_LOG_UNAVAILABLE',
    `The log in ${dir} can't be read or written (${reason}): check the disk's free space, the directory's mode, the disk's health`,
    { cause },
  );
}
