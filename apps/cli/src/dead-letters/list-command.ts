import type { Bus } from '@fleet-forensics/shared/bus/port';
import { DEAD_LETTERS_LIST_HELP } from '../help.ts';
import { parseOptions, wholeNumber } from '../options.ts';
import { printable, type Terminal } from '../terminal.ts';
import { refuseOperands, withLog } from './letter-options.ts';
import { scanLetters } from './letter-scan.ts';
import { errorCode, type StoredLetter } from './stored-letter.ts';

const DEFAULT_LIMIT = '100';
/** Their lines are kept in memory: a few megabytes. */
const LIMITS = [1, 10_000] as const;

/** `fleet-forensics dead-letters list …` */
export async function listLetters(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = parseOptions(args, { values: ['limit', 'error', 'data'] }, 'dead-letters list');
  if (options.help) {
    terminal.stdout.write(DEAD_LETTERS_LIST_HELP);
    return 0;
  }
  const hint = 'fleet-forensics dead-letters list --help';
  refuseOperands(options, 'dead-letters list', hint);
  const limit = wholeNumber(options.values.get('limit') ?? DEFAULT_LIMIT, '--limit', LIMITS, hint);
  const list = await withLog(terminal, options, (bus) => newestLetters(bus, limit, options.values.get('error')));
  terminal.stdout.write(list.lines.join(''));
  terminal.stderr.write(`${list.lines.length} of ${list.matching} dead letters are listed\n`);
  return 0;
}

interface LetterList {
  /** Oldest first. */
  readonly lines: readonly string[];
  /** Letters that could be listed. */
  readonly matching: number;
}

async function newestLetters(bus: Bus, limit: number, code: string | undefined): Promise<LetterList> {
  const lines: string[] = [];
  let matching = 0;
  let passedOver = 0;
  await scanLetters(
    bus,
    ({ begin, end }) => {
      // Which ones have the code is known only to who reads them all.
      if (code !== undefined) return { begin, end };
      passedOver = Math.max(0, end - begin - limit);
      return { begin: begin + passedOver, end };
    },
    (letters) => {
      for (const each of letters) {
        if (code !== undefined && !(each.letter && errorCode(each.letter) === code)) continue;
        matching += 1;
        lines.push(letterLine(each));
        if (lines.length > limit) lines.shift();
      }
    },
  );
  return { lines, matching: matching + passedOver };
}

/** `17  2026-11-23T11:41:45.925Z  forensic.blocks/3@9  FF_BAD_RECORD  1234 bytes` */
function letterLine({ record, letter }: StoredLetter): string {
  const start = `${record.offset}  ${new Date(record.timeMs).toISOString()}`;
  if (!letter) return `${start}  no dead letter  ${record.value.length} bytes\n`;
  const source = `${printable(letter.topic)}/${letter.partition}@${letter.offset}`;
  return `${start}  ${source}  ${errorCode(letter) || 'no code'}  ${letter.value.length} bytes\n`;
}
