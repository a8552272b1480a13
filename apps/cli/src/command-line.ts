import { ForensicsError, hasCode } from '@fleet-forensics/shared/error';
import { MAIN_HELP } from './help.ts';
import { usageError } from './options.ts';
import { runPublish } from './publish-command.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './terminal.ts';

const COMMANDS = ['publish'];

/**
 * Runs `fleet-forensics ARGS`.
 * @returns the exit status: 0, 1 if something failed or a line was rejected, 2 on wrong usage
 */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    // An error of ours tells all there is to say; of any other, the stack is what a bug report needs.
    const text = error instanceof ForensicsError ? error.message : error instanceof Error ? String(error.stack) : String(error);
    terminal.stderr.write(`fleet-forensics: ${text}\n`);
    return hasCode(error, 'FF_USAGE') ? 2 : 1;
  }
}

async function dispatch(args: readonly string[], terminal: Terminal): Promise<number> {
  const [command, ...rest] = args;
  if (command === '--help' || command === '-h' || command === 'help') {
    terminal.stdout.write(MAIN_HELP);
    return 0;
  }
  if (command === 'publish') return runPublish(rest, terminal);
  if (command === undefined) throw usageError('no command given', '', COMMANDS, 'fleet-forensics --help');
  throw usageError(`unknown command ${printable(command)}`, command, COMMANDS, 'fleet-forensics --help');
}
