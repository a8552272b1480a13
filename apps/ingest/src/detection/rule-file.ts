import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { ForensicsError, messageOf } from '@fleet-forensics/shared/error';
import { parse } from 'yaml';
import type { CriterionNames } from '../policy/criterion-names.ts';
import { type DetectionRule, readRule } from './detection-rule.ts';
import { RuleFields } from './rule-fields.ts';

/** The YAML parser's time grows faster than the file: at this size the worst one takes less than a second. */
const MAX_FILE_BYTES = 128 * 1024;

const MAX_RULES = 1000;

/** Of the state machines of all rules: start, memory and each line take time with them. Those of docs/OTHER-SERVERS.md have 30 to 80 each. */
const MAX_INSTRUCTIONS = 200_000;

const TOO_LARGE = `match: makes the rules up to here larger than ${MAX_INSTRUCTIONS} instructions of RE2; {1000} repeats what is before it a thousand times: repeat less`;

/**
 * The rules of a YAML file, `rules:` and a list.
 * @param file empty: no rules
 * @throws ForensicsError FF_BAD_RULES that names the file and everything that is wrong with it, rule by rule
 */
export function readRules(file: string, criteria: CriterionNames): readonly DetectionRule[] {
  if (file === '') return [];
  const entries = entriesOf(file);
  const problems: string[] = [];
  const rules: DetectionRule[] = [];
  const names = new Set<unknown>();
  let instructions = 0;
  for (const [index, entry] of entries.entries()) {
    const where = placeOf(index, entry);
    const read = isMapping(entry)
      ? readRule(Object.assign(new RuleFields(), entry), criteria)
      : { problems: ['is not a rule: a mapping with name, match and criterion or end is expected'] };
    if ('rule' in read) {
      rules.push(read.rule);
      instructions += read.rule.pattern.programSize();
      if (instructions > MAX_INSTRUCTIONS) throw bad(file, `${where}: ${TOO_LARGE}`);
    } else problems.push(...read.problems.map((problem) => `${where}: ${problem}`));
    const name = isMapping(entry) ? entry['name'] : undefined;
    if (typeof name === 'string' && names.has(name)) problems.push(`${where}: another rule has this name; choose one of its own`);
    names.add(name);
  }
  if (problems.length > 0) throw bad(file, problems.join('\n'));
  return rules;
}

function entriesOf(file: string): readonly unknown[] {
  const document: unknown = parsed(file, textOf(file));
  const rules = isMapping(document) && Object.keys(document).join() === 'rules' ? document['rules'] : undefined;
  if (!Array.isArray(rules)) throw bad(file, 'is not a rules file: `rules:` and a list below it are expected, and nothing else');
  if (rules.length > MAX_RULES) throw bad(file, `has ${rules.length} rules; at most ${MAX_RULES} are expected`);
  return rules;
}

function textOf(file: string): string {
  try {
    // Without O_NONBLOCK a FIFO would not open before somebody writes to it.
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(descriptor);
      if (!stat.isFile()) throw bad(file, 'is no regular file; FF_DETECTION_RULES has to name one');
      if (stat.size > MAX_FILE_BYTES) throw bad(file, `has ${stat.size} bytes; at most ${MAX_FILE_BYTES} are expected`);
      return readFileSync(descriptor, 'utf8');
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    if (cause instanceof ForensicsError) throw cause;
    throw bad(file, `${messageOf(cause)}; FF_DETECTION_RULES has to name a file that ingest may read`, cause);
  }
}

function parsed(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw bad(file, `is not YAML: ${messageOf(cause)}`, cause);
  }
}

function placeOf(index: number, entry: unknown): string {
  const name = isMapping(entry) ? entry['name'] : undefined;
  return typeof name === 'string' ? `rule ${index + 1} (${name})` : `rule ${index + 1}`;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(file: string, problem: string, cause?: unknown): ForensicsError {
  return new ForensicsError('FF_BAD_RULES', `${file}: ${problem}`, { cause });
}
