import { ForensicsError, hasCode } from '@fleet-forensics/shared/error';
import { runCheck } from './check/check-command.ts';
import { type CommandGroup, runGroup } from './command-group.ts';
import { runDeadLetters } from './dead-letters/dead-letters-command.ts';
import { MAIN_HELP } from './help.ts';
import { runLag } from './lag/lag-command.ts';
import { runPublish } from './publish-command.ts';
import { runSigningKey } from './signing-key-command.ts';
import type { Terminal } from './terminal.ts';
import { runToken } from './token/token-command.ts';
import { runTopics } from './topics/topics-command.ts';
import { runVerify } from './verify/verify-command.ts';

const MAIN: CommandGroup = {
  path: 'fleet-forensics',
  help: MAIN_HELP,
  missing: 'no command given',
  unknown: 'unknown command',
  commands: {
    publish: runPublish,
    topics: runTopics,
    lag: runLag,
    'dead-letters': runDeadLetters,
    check: runCheck,
    verify: runVerify,
    'signing-key': runSigningKey,
    token: runToken,
  },
};

/**
 * Runs `fleet-forensics ARGS`.
 * @returns the exit status: 0, 1 if something failed, was rejected or is wrong, 2 on wrong usage
 */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await runGroup(MAIN, args, terminal);
  } catch (error) {
    // An error of ours tells all there is to say; of any other, the stack is what a bug report needs.
    const text = error instanceof ForensicsError ? error.message : error instanceof Error ? String(error.stack) : String(error);
    terminal.stderr.write(`fleet-forensics: ${text}\n`);
    return hasCode(error, 'FF_USAGE') ? 2 : 1;
  }
}
