import type { KafkaBus } from '@fleet-forensics/shared/bus/kafka/kafka-bus';
import type { TopicProblem } from '@fleet-forensics/shared/bus/kafka/topic-problem';
import { hasCode } from '@fleet-forensics/shared/error';
import { type CommandGroup, runGroup } from '../command-group.ts';
import { TOPICS_CHECK_HELP, TOPICS_CREATE_HELP, TOPICS_HELP } from '../help.ts';
import { withKafka } from '../open-bus.ts';
import { type ParsedOptions, parseOptions, usageError, wholeNumber } from '../options.ts';
import { printable, type Terminal } from '../terminal.ts';
import { type PlannedTopic, plannedTopics } from './topic-plan.ts';

const REPLICATION = [1, 100] as const;
const NAME_COLUMNS = 24;

const GROUP: CommandGroup = {
  path: 'fleet-forensics topics',
  help: TOPICS_HELP,
  missing: 'topics: create or check?',
  unknown: 'topics: unknown command',
  commands: { create: createTopics, check: checkTopics },
};

/** `fleet-forensics topics …`; gives the exit status. @throws ForensicsError FF_USAGE, FF_BAD_SETTING, FF_LOG_UNAVAILABLE */
export function runTopics(args: readonly string[], terminal: Terminal): Promise<number> {
  return runGroup(GROUP, args, terminal);
}

async function createTopics(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = parseOptions(args, { lists: ['partitions'], values: ['replication'] }, 'topics create');
  if (options.help) {
    terminal.stdout.write(TOPICS_CREATE_HELP);
    return 0;
  }
  const hint = 'fleet-forensics topics create --help';
  const topics = planOf(options, hint);
  const replication = options.values.get('replication');
  if (replication !== undefined) wholeNumber(replication, '--replication', REPLICATION, hint);
  const settings = replication === undefined ? {} : { FF_KAFKA_REPLICATION: replication };
  return withKafka(terminal, settings, async (bus) => {
    let isRefused = false;
    for (const topic of topics) {
      const made = await ensure(bus, topic);
      isRefused ||= made.isRefused;
      terminal.stdout.write(line(topic.name, made.text));
    }
    const problems = await bus.checkTopics(topics);
    terminal.stdout.write(problems.map(problemLine).join(''));
    return isRefused || problems.some(({ isFatal }) => isFatal) ? 1 : 0;
  });
}

async function checkTopics(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = parseOptions(args, { lists: ['partitions'] }, 'topics check');
  if (options.help) {
    terminal.stdout.write(TOPICS_CHECK_HELP);
    return 0;
  }
  const topics = planOf(options, 'fleet-forensics topics check --help');
  return withKafka(terminal, {}, async (bus) => {
    const problems = await bus.checkTopics(topics);
    for (const { name } of topics) {
      const found = problems.filter(({ topic }) => topic === name);
      terminal.stdout.write(found.length === 0 ? line(name, 'ok') : found.map(problemLine).join(''));
    }
    return problems.some(({ isFatal }) => isFatal) ? 1 : 0;
  });
}

function planOf({ lists, operands }: ParsedOptions, hint: string): PlannedTopic[] {
  if (operands[0] !== undefined) throw usageError(`topics: what is ${printable(operands[0])}?`, '', [], hint);
  return plannedTopics(lists.get('partitions') ?? [], hint);
}

interface Made {
  readonly text: string;
  readonly isRefused: boolean;
}

/** A topic that is there may have another number of partitions than the default, but not another one than was asked for. */
async function ensure(bus: KafkaBus, topic: PlannedTopic): Promise<Made> {
  const wasThere = await isThere(bus, topic.name);
  try {
    if (!wasThere || topic.isAskedFor) await bus.ensureTopics([topic]);
  } catch (error) {
    if (!hasCode(error, 'FF_TOPIC_MISMATCH')) throw error;
    return { text: `REFUSED: ${error.message}`, isRefused: true };
  }
  return { text: wasThere ? 'is there' : `created, partitions: ${topic.partitions}`, isRefused: false };
}

async function isThere(bus: KafkaBus, topic: string): Promise<boolean> {
  try {
    await bus.offsets({ topic, partition: 0 });
    return true;
  } catch (error) {
    if (hasCode(error, 'FF_UNKNOWN_TOPIC')) return false;
    throw error;
  }
}

function problemLine({ topic, problem, isFatal }: TopicProblem): string {
  return line(topic, `${isFatal ? 'WRONG' : 'warning'}: ${printable(problem)}`);
}

function line(topic: string, text: string): string {
  return `${topic.padEnd(NAME_COLUMNS)}${text}\n`;
}
