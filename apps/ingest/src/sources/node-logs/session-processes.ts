import { readFileSync } from 'node:fs';
import type { OpenSession } from '@fleet-forensics/shared/proftpd/session-assembly';

/** Checks between two looks at whether a PID has become another process's. */
const CHECKS_PER_LOOK = 40;

/** Asks the system whether the processes of sessions still run. */
export class SessionProcesses {
  /** By session: when its process started, in clock ticks since the machine's start. */
  readonly #startTicks = new Map<string, string>();
  #checks = 0;

  /** Those whose process is gone. */
  check(sessions: Iterable<OpenSession>): readonly OpenSession[] {
    const gone: OpenSession[] = [];
    const open = new Set<string>();
    this.#checks += 1;
    for (const session of sessions) {
      open.add(session.id);
      if (!this.#runs(session)) gone.push(session);
    }
    for (const id of this.#startTicks.keys()) if (!open.has(id)) this.#startTicks.delete(id);
    return gone;
  }

  #runs({ pid, id }: OpenSession): boolean {
    const known = this.#startTicks.get(id);
    // The turn of each session comes by its PID, so that not all of them are looked at in the same check.
    if (known !== undefined && (this.#checks + pid) % CHECKS_PER_LOOK !== 0) return isThere(pid);
    const ticks = startTicksOf(pid);
    if (ticks === null) return isThere(pid);
    if (known === undefined) this.#startTicks.set(id, ticks);
    return known === undefined || known === ticks;
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** proc_pid_stat(5), field 22; null: there is no such process, or no /proc. */
function startTicksOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command's name may hold spaces and parentheses: fields are counted from behind it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return null;
    throw error;
  }
}
