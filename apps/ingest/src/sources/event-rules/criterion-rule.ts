import { didYouMean } from '@fleet-forensics/shared/settings/setting';
import type { CriterionNames } from '../../policy/criterion-names.ts';
import { MAX_GUESSED_LENGTH, type Refusal, shown } from './refusal.ts';

/** Why an event may not name this criterion; null if it may. */
export function refusalOfCriterion(key: string, name: string, criteria: CriterionNames): Refusal | null {
  if (criteria.resolve(name) !== undefined) return null;
  const guess = name.length > MAX_GUESSED_LENGTH ? '' : didYouMean(name, criteria.all);
  return { code: 'unknown_criterion', error: `${key}: no policy names ${shown(name)}${guess}` };
}
