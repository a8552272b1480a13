import { type CommandGroup, runGroup } from '../command-group.ts';
import { DEAD_LETTERS_HELP } from '../help.ts';
import type { Terminal } from '../terminal.ts';
import { listLetters } from './list-command.ts';
import { requeueLetters } from './requeue-command.ts';
import { showLetter } from './show-command.ts';

const GROUP: CommandGroup = {
  path: 'fleet-forensics dead-letters',
  help: DEAD_LETTERS_HELP,
  missing: 'dead-letters: list, show or requeue?',
  unknown: 'dead-letters: unknown command',
  commands: { list: listLetters, show: showLetter, requeue: requeueLetters },
};

/** `fleet-forensics dead-letters …`; gives the exit status. @throws ForensicsError FF_USAGE, or what kept it from its work */
export function runDeadLetters(args: readonly string[], terminal: Terminal): Promise<number> {
  return runGroup(GROUP, args, terminal);
}
