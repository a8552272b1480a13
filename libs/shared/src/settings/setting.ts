import { validateSync, type ValidationError } from 'class-validator';
import { closest, distance } from 'fastest-levenshtein';
import { ForensicsError } from '../error.ts';

/** Every setting's environment variable starts with it; one that we don't know is an error. */
export const SETTING_PREFIX = 'FF_';

type SettingValue = string | number | boolean | readonly string[];

/** What docs/SETTINGS.md says of a setting; its bounds are class-validator's decorators beside it. */
export interface SettingSpec {
  /** Environment variable, `FF_…`. */
  readonly variable: string;
  /** Its type is the setting's: a number is written in decimal, a boolean as on or off, a list with commas or spaces. */
  readonly default: SettingValue;
  readonly unit?: string;
  /** Bounds in words, as the validators enforce them. */
  readonly bound: string;
  readonly doc: string;
}

export interface DeclaredSetting extends SettingSpec {
  readonly property: string;
}

export type SettingsClass<T extends object> = new () => T;

const DECLARED = new WeakMap<object, DeclaredSetting[]>();

/** Declares a property of a settings class. */
export function Setting(spec: SettingSpec): PropertyDecorator {
  return (prototype, property) => {
    const declared = DECLARED.get(prototype) ?? [];
    declared.push({ ...spec, property: String(property) });
    DECLARED.set(prototype, declared);
  };
}

/** The settings of a class in the order in which they are declared. */
export function settingsOf(type: SettingsClass<object>): readonly DeclaredSetting[] {
  return DECLARED.get(type.prototype as object) ?? [];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a group of settings from the environment; an empty variable counts as not set.
 * @throws ForensicsError FF_BAD_SETTING that names every setting that is wrong, its value and its bound
 */
export function readSettings<T extends object>(type: SettingsClass<T>, environment: Environment): T {
  const settings = new type();
  const problems: string[] = [];
  for (const setting of settingsOf(type)) {
    const written = environment[setting.variable];
    const value = written === undefined || written === '' ? setting.default : parse(written, setting.default);
    if (value === undefined) problems.push(explain(setting, written));
    else Object.assign(settings, { [setting.property]: value });
  }
  if (problems.length === 0) {
    problems.push(...validateSync(settings).map((error) => explainInvalid(type, error, environment)));
  }
  if (problems.length > 0) throw new ForensicsError('FF_BAD_SETTING', problems.join('\n'));
  return settings;
}

/**
 * Finds variables with our prefix that none of the given classes declares.
 * @throws ForensicsError FF_UNKNOWN_SETTING that names each, with the nearest known one
 */
export function refuseUnknownSettings(types: readonly SettingsClass<object>[], environment: Environment): void {
  const known = types.flatMap((type) => settingsOf(type).map((setting) => setting.variable));
  const problems = Object.keys(environment)
    .filter((variable) => variable.startsWith(SETTING_PREFIX) && !known.includes(variable))
    .map((variable) => `${variable} is not a setting${didYouMean(variable, known)}`);
  if (problems.length > 0) throw new ForensicsError('FF_UNKNOWN_SETTING', problems.join('\n'));
}

/** `; did you mean WORD?` for the nearest candidate, or nothing if none is near. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  if (candidates.length === 0) return '';
  const nearest = closest(word, candidates);
  return distance(word, nearest) <= Math.max(2, Math.floor(word.length / 3)) ? `; did you mean ${nearest}?` : '';
}

function parse(written: string, fallback: SettingValue): SettingValue | undefined {
  if (typeof fallback === 'number') return /^-?\d+$/.test(written) ? Number(written) : undefined;
  if (typeof fallback === 'boolean') return parseBoolean(written);
  if (typeof fallback === 'string') return written;
  return written.split(/[\s,]+/).filter((word) => word !== '');
}

/** ProFTPD's Boolean words. */
function parseBoolean(written: string): boolean | undefined {
  if (/^(on|yes|true|1)$/i.test(written)) return true;
  if (/^(off|no|false|0)$/i.test(written)) return false;
  return undefined;
}

function explain(setting: DeclaredSetting, written: string | undefined): string {
  const unit = setting.unit ? ` (${setting.unit})` : '';
  // Somebody may have put a password into a URL.
  const shown = JSON.stringify((written ?? '').replace(/\/\/[^/]*@/, '//…@'));
  return `${setting.variable}=${shown} is not valid: expected ${setting.bound}${unit}`;
}

function explainInvalid(type: SettingsClass<object>, error: ValidationError, environment: Environment): string {
  const setting = settingsOf(type).find(({ property }) => property === error.property);
  if (!setting) return String(error);
  return explain(setting, environment[setting.variable] ?? String(setting.default));
}
