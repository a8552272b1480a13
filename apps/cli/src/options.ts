import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { didYouMean } from '@fleet-forensics/shared/settings/setting';
import { printable } from './terminal.ts';

/** The options of a command, without their dashes. Every one has `--help`, too. */
export interface OptionNames {
  /** `--name VALUE`, once. */
  readonly values?: readonly string[];
  /** `--name VALUE`, any number of times. */
  readonly lists?: readonly string[];
  /** `--name`. */
  readonly flags?: readonly string[];
}

export interface ParsedOptions {
  readonly help: boolean;
  readonly values: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, readonly string[]>;
  readonly flags: ReadonlySet<string>;
  readonly operands: readonly string[];
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
}

/**
 * Reads the given options, `--name VALUE` or `--name=VALUE`, and operands.
 * @param command for the error's hint, e.g. `publish ndjson`
 * @throws ForensicsError FF_USAGE for an unknown or repeated option, one without its value, or a flag with one
 */
export function parseOptions(args: readonly string[], names: OptionNames, command: string): ParsedOptions {
  const hint = `fleet-forensics ${command} --help`;
  const { values = [], lists = [], flags = [] } = names;
  const options: ParseArgsOptionsConfig = { help: { type: 'boolean', short: 'h' } };
  for (const name of flags) options[name] = { type: 'boolean' };
  for (const name of [...values, ...lists]) options[name] = { type: 'string' };
  const { tokens, positionals } = parseArgs({ args: [...args], options, strict: false, tokens: true, allowPositionals: true });
  const found = { values: new Map<string, string>(), lists: new Map<string, string[]>(), flags: new Set<string>() };
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    if (token.name === 'help' || flags.includes(token.name)) found.flags.add(flagOf(token, hint));
    else if (lists.includes(token.name))
      found.lists.set(token.name, [...(found.lists.get(token.name) ?? []), valueOf(token, hint)]);
    else if (!values.includes(token.name)) throw unknownOption(token, [...values, ...lists, ...flags, 'help'], hint);
    else if (found.values.has(token.name)) throw usageError(`option ${token.rawName} is given twice`, '', [], hint);
    else found.values.set(token.name, valueOf(token, hint));
  }
  return { help: found.flags.has('help'), ...found, operands: positionals };
}

/** A wrong command line: exit status 2. `word` is compared with `candidates` for a suggestion. */
export function usageError(problem: string, word: string, candidates: readonly string[], hint: string): ForensicsError {
  const suggestion = word === '' ? '' : didYouMean(word, candidates);
  return new ForensicsError('FF_USAGE', `${problem}${suggestion} (see ${hint})`);
}

/**
 * A whole number within bounds, both included.
 * @param name what it is, for the error: `--tries`
 * @throws ForensicsError FF_USAGE
 */
export function wholeNumber(written: string, name: string, [least, most]: readonly [number, number], hint: string): number {
  const number = /^\d{1,15}$/.test(written) ? Number(written) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw usageError(`${name} ${printable(written)} is not a number from ${least} to ${most}`, '', [], hint);
}

function valueOf({ value, rawName }: OptionToken, hint: string): string {
  if (value !== undefined && value !== '') return value;
  throw usageError(`option ${rawName} needs a value`, '', [], hint);
}

function flagOf({ name, value, rawName }: OptionToken, hint: string): string {
  if (value === undefined) return name;
  throw usageError(`option ${rawName} takes no value`, '', [], hint);
}

function unknownOption({ rawName }: OptionToken, names: readonly string[], hint: string): ForensicsError {
  const known = names.map((name) => `--${name}`);
  return usageError(`unknown option ${printable(rawName)}`, rawName, known, hint);
}
