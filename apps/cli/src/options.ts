import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { didYouMean } from '@fleet-forensics/shared/settings/setting';
import { printable } from './terminal.ts';

export interface ParsedOptions {
  readonly help: boolean;
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

/**
 * Reads `--name VALUE` and `--name=VALUE` for the given names, `--help` and operands.
 * @param command for the error's hint, e.g. `publish ndjson`
 * @throws ForensicsError FF_USAGE for an unknown or repeated option, or one without a value
 */
export function parseOptions(args: readonly string[], names: readonly string[], command: string): ParsedOptions {
  const hint = `fleet-forensics ${command} --help`;
  const options: ParseArgsOptionsConfig = { help: { type: 'boolean', short: 'h' } };
  for (const name of names) options[name] = { type: 'string' };
  const { tokens, positionals } = parseArgs({ args: [...args], options, strict: false, tokens: true, allowPositionals: true });
  const values = new Map<string, string>();
  let help = false;
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    if (name === 'help') {
      help = true;
      continue;
    }
    if (!names.includes(name)) {
      throw usageError(
        `unknown option ${printable(rawName)}`,
        rawName,
        [...names, 'help'].map((known) => `--${known}`),
        hint,
      );
    }
    if (value === undefined || value === '') throw usageError(`option ${rawName} needs a value`, '', [], hint);
    if (values.has(name)) throw usageError(`option ${rawName} is given twice`, '', [], hint);
    values.set(name, value);
  }
  return { help, values, operands: positionals };
}

/** A wrong command line: exit status 2. `word` is compared with `candidates` for a suggestion. */
export function usageError(problem: string, word: string, candidates: readonly string[], hint: string): ForensicsError {
  const suggestion = word === '' ? '' : didYouMean(word, candidates);
  return new ForensicsError('FF_USAGE', `${problem}${suggestion} (see ${hint})`);
}
