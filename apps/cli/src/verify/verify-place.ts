import { join, relative, resolve } from 'node:path';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { filingPlace, type FilingPlace } from '@fleet-forensics/shared/filing-place';
import { SETTINGS } from '@fleet-forensics/shared/settings/catalogue';
import { EmbeddedLogSettings } from '@fleet-forensics/shared/settings/embedded-log-settings';
import { readSettings, refuseUnknownSettings } from '@fleet-forensics/shared/settings/setting';
import { WriterSettings } from '@fleet-forensics/shared/settings/writer-settings';
import { type ParsedOptions, usageError } from '../options.ts';
import { printable } from '../terminal.ts';
import type { RecordedFile } from './block-record.ts';

/**
 * Where the files and their journal lie: as the options say, else as a recorder's settings do.
 * @throws ForensicsError FF_BAD_SETTING, FF_UNKNOWN_SETTING
 */
export function verifyPlace({ values }: ParsedOptions, env: Readonly<Record<string, string | undefined>>): FilingPlace {
  refuseUnknownSettings(SETTINGS, env);
  const dataDir = values.get('data') ?? readSettings(EmbeddedLogSettings, env).dataDir;
  const root = values.get('root') ?? readSettings(WriterSettings, env).root;
  const journal = values.get('journal');
  // Evidence that was copied away may lie anywhere.
  if (root !== '' && journal !== undefined) return { root: resolve(root), journal: resolve(journal) };
  const place = filingPlace(root, dataDir);
  return journal === undefined ? place : { ...place, journal: resolve(journal) };
}

/** The one file that is asked for, and of it one generation if its name says so; `undefined`: all of them. */
export interface Target {
  readonly file: string;
  readonly generation?: number;
}

/** @throws ForensicsError FF_USAGE unless it is one file, or --all */
export function targetOf({ operands, flags }: ParsedOptions, root: string, hint: string): Target | undefined {
  const [written, ...more] = operands;
  if (more[0] !== undefined) throw usageError(`verify: what is ${printable(more[0])}?`, '', [], hint);
  if ((written === undefined) !== flags.has('all')) throw usageError('verify needs a FILE, or --all', '', [], hint);
  return written === undefined ? undefined : { file: fileBelow(root, written) };
}

/**
 * The recorded files that are meant, by a name that may be one that a file got when it was rotated.
 * @throws ForensicsError FF_NOT_RECORDED if there is none
 */
export function chosenFiles(
  target: Target | undefined,
  filesOf: (file?: string) => readonly RecordedFile[],
): readonly RecordedFile[] {
  if (!target) return filesOf();
  const files = filesOf(target.file);
  if (files.length > 0) return files;
  const [, file, number] = /^(.+)\.(\d{1,10})(?:\.gz)?$/.exec(target.file) ?? [];
  const rotated = file === undefined ? [] : filesOf(file).filter(({ generation }) => generation === Number(number));
  if (rotated.length > 0) return rotated;
  const remedy = 'give its path, or its name in the policy; --root says below which directory it lies';
  throw new ForensicsError('FF_NOT_RECORDED', `nothing is recorded of ${printable(target.file)}: ${remedy}`);
}

/** As policies spell it: from the root on. What does not lie below the root is a policy's name already. */
function fileBelow(root: string, written: string): string {
  const below = relative(root, resolve(written));
  const isBelow = below !== '' && below !== '..' && !below.startsWith('../');
  return join('/', isBelow ? below : written);
}
