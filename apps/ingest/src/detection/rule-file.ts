import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { ForensicsError, messageOf } from '@fleet-forensics/shared/error';
import { parse } from 'yaml';
import type { CriterionNames } from '../policy/criterion-names.ts';
import { type DetectionRule, readRule } from './detection-rule.ts';
import { RuleFields } from './rule-fields.ts';

const MAX_FILE_BYTES = 1024 * 1024;

const MAX_RULES = 1000;

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
  for (const [index, entry] of entries.entries()) {
    const where = placeOf(index, entry);
    const read = isMapping(entry)
      ? readRule(Object.assign(new RuleFields(), entry), criteria)
      : { problems: ['is not a rule: a mapping with name, match and criterion or end is expected'] };
    if ('rule' in read) rules.push(read.rule);
    else problems.push(...read.problems.map((problem) => `${where}: ${problem}`));
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
    const descriptor = openSync(file, 'r');
    try {
      const { size } = fstatSync(descriptor);
      if (size > MAX_FILE_BYTES) throw bad(file, `has ${size} bytes; at most ${MAX_FILE_BYTES} are expected`);
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
