import { ForensicsError } from '@fleet-forensics/shared/error';
import { DEAD_LETTERS_SHOW_HELP } from '../help.ts';
import { parseOptions, wholeNumber } from '../options.ts';
import { printable, type Terminal } from '../terminal.ts';
import { hexDump } from './hex-dump.ts';
import { offsetOperand, withLog } from './letter-options.ts';
import { scanLetters } from './letter-scan.ts';
import type { StoredLetter } from './stored-letter.ts';

const DEFAULT_BYTES = '4096';
const BYTES = [0, 2 ** 20] as const;

/** `fleet-forensics dead-letters show OFFSET …` */
export async function showLetter(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = parseOptions(args, { values: ['bytes', 'data'] }, 'dead-letters show');
  if (options.help) {
    terminal.stdout.write(DEAD_LETTERS_SHOW_HELP);
    return 0;
  }
  const hint = 'fleet-forensics dead-letters show --help';
  const offset = offsetOperand(options, 'dead-letters show', hint);
  const bytes = wholeNumber(options.values.get('bytes') ?? DEFAULT_BYTES, '--bytes', BYTES, hint);
  let text: string | undefined;
  await withLog(terminal, options, (bus) =>
    scanLetters(
      bus,
      () => ({ begin: offset, end: offset + 1 }),
      ([found]) => {
        if (found) text = letterText(found, bytes);
      },
    ),
  );
  if (text === undefined) throw noLetter(offset);
  terminal.stdout.write(text);
  return 0;
}

export function noLetter(offset: number): ForensicsError {
  return new ForensicsError(
    'FF_NO_LETTER',
    `no dead letter has offset ${offset} (any more): dead-letters list shows those that are there`,
  );
}

/** Everything that the letter holds; of key and value at most so many bytes. */
function letterText({ record, letter }: StoredLetter, maxBytes: number): string {
  const start = `Letter: ${record.offset}\nTime: ${new Date(record.timeMs).toISOString()}\n`;
  if (!letter) return `${start}Error: it is no dead letter\n${bytesText('Record', record.value, maxBytes)}`;
  const { topic, partition, offset, error, key, value } = letter;
  const fields = `Topic: ${printable(topic)}\nPartition: ${partition}\nOffset: ${offset}\nError: ${printable(error)}\n`;
  return `${start}${fields}${bytesText('Key', key, maxBytes)}${bytesText('Value', value, maxBytes)}`;
}

function bytesText(name: string, bytes: Uint8Array, maxBytes: number): string {
  const rest = bytes.length - maxBytes;
  const more = rest > 0 ? `… ${rest} more bytes (--bytes)\n` : '';
  return `${name}: ${bytes.length} bytes\n${hexDump(bytes.subarray(0, maxBytes))}${more}`;
}
