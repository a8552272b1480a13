import { messageOf } from '@fleet-forensics/shared/error';
import { didYouMean } from '@fleet-forensics/shared/settings/setting';
import { ALL_LOG_TYPES, type LogType, logTypeOf } from '@fleet-forensics/shared/wire/log-type';
import { CONTEXT_TEXTS } from '@fleet-forensics/shared/wire/session-event';
import { RE2JS } from 're2js';
import type { CriterionNames } from '../policy/criterion-names.ts';
import { problemsOfFields, type RuleFields } from './rule-fields.ts';

export type ContextText = (typeof CONTEXT_TEXTS)[number];

/** What a line that matches means. */
export interface DetectionRule {
  readonly name: string;
  readonly types: readonly LogType[];
  /** As written: what a set of rules is compiled from. */
  readonly match: string;
  readonly pattern: RE2JS;
  /** Named groups of the pattern. */
  readonly groups: readonly ContextText[];
  /** Canonical. */
  readonly criterion?: string;
  readonly end?: string;
}

/** A rule, or everything that keeps these fields from being one. */
export type ReadRule = { readonly rule: DetectionRule } | { readonly problems: readonly string[] };

/**
 * Compiles a rule. RE2 takes time linear in the line's length whatever the expression is, so that no client can stall ingest with a
 * line it makes the server log; look-around and back references, which would break that, do not exist in its syntax.
 */
export function readRule(fields: RuleFields, criteria: CriterionNames): ReadRule {
  const problems = problemsOfFields(fields);
  if (problems.length > 0) return { problems };
  const pattern = compiled(fields.match, problems);
  const groups = Object.keys(pattern?.namedGroups() ?? {});
  for (const group of groups) {
    if (!isContextText(group)) problems.push(`match: group ${group} is none of ${CONTEXT_TEXTS.join(', ')}`);
  }
  const criterion = fields.criterion == null ? undefined : criteria.resolve(fields.criterion);
  if (fields.criterion != null && criterion === undefined) problems.push(unknownCriterion(fields.criterion, criteria));
  const { name, match, end } = fields;
  if (fields.criterion == null && end == null && groups.length === 0) {
    problems.push('does nothing: give it a criterion, an end or a named group');
  }
  if (pattern === undefined || problems.length > 0) return { problems };
  const types = fields.types?.map((type) => logTypeOf(type)!) ?? ALL_LOG_TYPES;
  const rule = { name, types, match, pattern, groups: groups.filter(isContextText) };
  return { rule: { ...rule, ...(criterion !== undefined && { criterion }), ...(end != null && { end }) } };
}

function compiled(match: string, problems: string[]): RE2JS | undefined {
  try {
    return RE2JS.compile(match);
  } catch (error) {
    problems.push(`match: ${messageOf(error)}; the syntax is RE2's, without look-around and back references`);
    return undefined;
  }
}

function isContextText(group: string): group is ContextText {
  return (CONTEXT_TEXTS as readonly string[]).includes(group);
}

function unknownCriterion(name: string, criteria: CriterionNames): string {
  return `criterion: no policy names ${name}${didYouMean(name, criteria.all)}; add it to FF_CRITERIA, or correct it`;
}
