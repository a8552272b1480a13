import { BLOCKS, BUFFER_GROUP, SESSION_EVENTS, WRITER_GROUP } from '@fleet-forensics/shared/topics';
import { LAG_HELP } from '../help.ts';
import { withKafka } from '../open-bus.ts';
import { parseOptions, usageError } from '../options.ts';
import { printable, type Terminal } from '../terminal.ts';
import { lagOf, type PartitionLag } from './group-lag.ts';

const GROUPS = [
  [BUFFER_GROUP, SESSION_EVENTS],
  [WRITER_GROUP, BLOCKS],
] as const;

const COLUMNS = ['partition', 'watermark', 'position', 'end', 'true lag'] as const;
const NAME_COLUMNS = 30;
const NUMBER_COLUMNS = 14;

/** `fleet-forensics lag`; gives the exit status. @throws ForensicsError FF_USAGE, FF_BAD_SETTING, FF_UNKNOWN_TOPIC, FF_LOG_UNAVAILABLE */
export async function runLag(args: readonly string[], terminal: Terminal): Promise<number> {
  const { help, operands } = parseOptions(args, {}, 'lag');
  if (help) {
    terminal.stdout.write(LAG_HELP);
    return 0;
  }
  if (operands[0] !== undefined)
    throw usageError(`lag: what is ${printable(operands[0])}?`, '', [], 'fleet-forensics lag --help');
  return withKafka(terminal, {}, async (bus) => {
    for (const [group, topic] of GROUPS) {
      const partitions = await bus.groupPartitions(group, topic);
      terminal.stdout.write(table(group, partitions.map(lagOf)));
    }
    return 0;
  });
}

function table(group: string, partitions: readonly PartitionLag[]): string {
  const behind = partitions.reduce((sum, { lag }) => sum + lag, 0);
  const rows = partitions.map(({ where, watermark, position, end, lag }) => row([where, watermark, position, end, lag]));
  return `${group}: ${behind} records behind\n${row(COLUMNS)}${rows.join('')}\n`;
}

function row([name, ...numbers]: readonly (string | number)[]): string {
  return `${String(name).padEnd(NAME_COLUMNS)}${numbers.map((number) => String(number).padStart(NUMBER_COLUMNS)).join('')}\n`;
}
