import { readFileSync, readdirSync } from 'node:fs';

interface ProcessStatus {
  readonly name: string;
  readonly parent: number;
}

/** PIDs of a process' children, in no order, without zombies. */
export function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => processStatus(pid)?.parent === parent);
}

/** By /proc/PID/stat: `PID (NAME) STATE PARENT …`. Absent if there is no such process, or it is a zombie. */
export function processStatus(pid: number): ProcessStatus | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
  const [, name, state, parent] = /\((.*)\) (\S) (\d+)/s.exec(stat)!;
  return state === 'Z' ? undefined : { name: name!, parent: Number(parent) };
}
