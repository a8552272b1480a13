import { validateSync } from 'class-validator';
import { PolicySettings } from '../settings/ingest-settings.ts';
import { settingsOf } from '../settings/setting.ts';
import type { DirectiveProperty, DirectiveValues } from './forensic-directives.ts';

/**
 * Checks a directive's value with the validators of the setting that says the same, so that both have one set of bounds.
 * @returns what is wrong, in the words of that setting's error; undefined if nothing is
 */
export function violationOf<P extends DirectiveProperty>(property: P, value: DirectiveValues[P]): string | undefined {
  const settings = Object.assign(new PolicySettings(), { [property]: value });
  if (validateSync(settings, { skipMissingProperties: true }).length === 0) return undefined;
  const { bound, unit } = settingsOf(PolicySettings).find((setting) => setting.property === property)!;
  return `${JSON.stringify(value)} is not valid: expected ${bound}${unit ? ` (${unit})` : ''}`;
}
