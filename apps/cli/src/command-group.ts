import { usageError } from './options.ts';
import { printable, type Terminal } from './terminal.ts';

/** Runs a command; gives the exit status. */
export type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;

/** A word of the command line behind which another one chooses what is done. */
export interface CommandGroup {
  /** The words so far, `fleet-forensics publish`. */
  readonly path: string;
  readonly help: string;
  /** Said if nothing follows: `publish what?`. */
  readonly missing: string;
  /** Said before a word that is none of them: `publish: unknown source`. */
  readonly unknown: string;
  readonly commands: Readonly<Record<string, Command>>;
}

/** @throws ForensicsError FF_USAGE, and what the command throws */
export async function runGroup(group: CommandGroup, args: readonly string[], terminal: Terminal): Promise<number> {
  const [word, ...rest] = args;
  const { path, help, missing, unknown, commands } = group;
  if (word === '--help' || word === '-h' || word === 'help') {
    terminal.stdout.write(help);
    return 0;
  }
  const hint = `${path} --help`;
  if (word === undefined) throw usageError(missing, '', [], hint);
  const command = Object.hasOwn(commands, word) ? commands[word] : undefined;
  if (command) return command(rest, terminal);
  throw usageError(`${unknown} ${printable(word)}`, word, Object.keys(commands), hint);
}
