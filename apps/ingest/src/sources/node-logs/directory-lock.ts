import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ForensicsError, messageOf } from '@fleet-forensics/shared/error';

const FILE_NAME = 'lock.sqlite';
const SQLITE_BUSY = 5;
/** Milliseconds. A process that is being replaced may hold it a moment longer. */
const LOCK_WAIT_MS = 1000;

/**
 * A directory that one process has for itself. Node.js can't lock files, SQLite can: an empty database, on which a transaction is
 * open. The system gives the lock up when its process ends, however it ends.
 */
export class DirectoryLock {
  readonly #database: DatabaseSync;

  /**
   * @param dir that is there
   * @throws ForensicsError FF_LOG_IN_USE if another process, or another lock of this one, has it; what SQLite says
   */
  constructor(dir: string) {
    this.#database = new DatabaseSync(join(dir, FILE_NAME), { timeout: LOCK_WAIT_MS });
    try {
      this.#database.exec('begin exclusive');
    } catch (cause) {
      this.#database.close();
      if ((cause as { errcode?: number }).errcode !== SQLITE_BUSY) throw cause;
      const message = `${dir} is in use: one ingest process at a time (${messageOf(cause)}). Stop the other one, or give this one another FF_NODE_LOGS_DIR`;
      throw new ForensicsError('FF_LOG_IN_USE', message, { cause });
    }
  }

  release(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}
