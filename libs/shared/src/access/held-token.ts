import { ForensicsError } from '../error.ts';
import { readAccessFile } from './access-file.ts';
import { isToken } from './token.ts';

/** A token as its holder keeps it. */
export interface HeldToken {
  readonly token: string;
  readonly isReadByOthers: boolean;
}

/**
 * Reads a file that holds one token; white space around it is no part of it.
 * @param setting that names it, for errors
 * @throws ForensicsError FF_UNREADABLE_FILE, FF_BAD_TOKENS. Nothing of its text is told.
 */
export function readHeldToken(setting: string, path: string): HeldToken {
  const { text, isReadByOthers } = readAccessFile(setting, path);
  const token = text.trim();
  if (isToken(token)) return { token, isReadByOthers };
  throw new ForensicsError(
    'FF_BAD_TOKENS',
    `${setting}=${JSON.stringify(path)} does not hold one token, as fleet-forensics token create prints it`,
  );
}
