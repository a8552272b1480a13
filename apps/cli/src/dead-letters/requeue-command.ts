import { DEAD_LETTERS_REQUEUE_HELP } from '../help.ts';
import { type ParsedOptions, parseOptions, usageError } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { offsetOf, offsetOperand, withLog } from './letter-options.ts';
import { scanLetters } from './letter-scan.ts';
import { Requeue } from './requeue.ts';
import { noLetter } from './show-command.ts';

const COMMAND = 'dead-letters requeue';
const HINT = `fleet-forensics ${COMMAND} --help`;

/** `fleet-forensics dead-letters requeue OFFSET|--all …` */
export async function requeueLetters(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = parseOptions(args, { flags: ['all'], values: ['from', 'error', 'data'] }, COMMAND);
  if (options.help) {
    terminal.stdout.write(DEAD_LETTERS_REQUEUE_HELP);
    return 0;
  }
  return options.flags.has('all') ? requeueAll(options, terminal) : requeueOne(options, terminal);
}

async function requeueOne(options: ParsedOptions, terminal: Terminal): Promise<number> {
  for (const name of ['from', 'error']) {
    if (options.values.has(name)) throw usageError(`--${name} goes with --all`, '', [], HINT);
  }
  const offset = offsetOperand(options, COMMAND, HINT);
  return withLog(terminal, options, async (bus) => {
    const done = new Requeue(bus.producer(), undefined, (line) => terminal.stderr.write(line));
    await scanLetters(
      bus,
      () => ({ begin: offset, end: offset + 1 }),
      (letters) => done.take(letters),
    );
    if (done.next === 0) throw noLetter(offset);
    if (done.published > 0) terminal.stderr.write(`dead letter ${offset} is published again; it stays in the list\n`);
    return done.refused === 0 ? 0 : 1;
  });
}

async function requeueAll(options: ParsedOptions, terminal: Terminal): Promise<number> {
  const { values, operands } = options;
  if (operands[0] !== undefined) throw usageError(`${COMMAND} takes an OFFSET or --all, not both`, '', [], HINT);
  const from = offsetOf(values.get('from') ?? '0', '--from', HINT);
  return withLog(terminal, options, async (bus) => {
    const done = new Requeue(bus.producer(), values.get('error'), (line) => terminal.stderr.write(line));
    try {
      // Up to the end as it is now: a record that fails again makes a new letter, behind it.
      await scanLetters(
        bus,
        ({ end }) => ({ begin: from, end }),
        (letters) => done.take(letters),
      );
    } finally {
      terminal.stderr.write(summary(done, from));
    }
    return done.refused === 0 ? 0 : 1;
  });
}

function summary({ published, refused, next }: Requeue, from: number): string {
  const counts = `${published} dead letters are published again, ${refused} can't be`;
  return next === 0
    ? `${counts}\n`
    : `${counts}; they stay in the list: --from ${Math.max(next, from)} leaves them out the next time\n`;
}
