import { ForensicsError } from '../error.ts';
import { parseGrant, type TokenGrant } from './token-grant.ts';

/** Lines with a token in one file. */
export const MAX_TOKENS = 10_000;

const CUT_OFF = 'the line has no line end, so the file may be cut off: put one behind it if it is whole';

/** Wrong lines that an error tells; the others are counted. */
const MAX_TOLD = 20;

/**
 * Reads a tokens file: a grant a line; blank lines and those that begin with # are passed over. None at all is fine: nobody is let in.
 * A grant without a line end is refused: of a file that is cut off it may say more than it did, `node=*` of `node=*-eu` or no `expires=`.
 * @param path for the errors
 * @throws ForensicsError FF_BAD_TOKENS with FILE:LINE of each wrong line. Nothing is told that could be a token.
 */
export function parseTokenList(text: string, path: string): ReadonlyMap<string, TokenGrant> {
  const grants = new Map<string, TokenGrant>();
  const problems: string[] = [];
  const lines = text.split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const problem = index === lines.length - 1 ? CUT_OFF : add(line, grants);
    if (problem !== undefined) problems.push(`${path}:${index + 1}: ${problem}`);
  }
  if (problems.length === 0) return grants;
  const more = problems.length > MAX_TOLD ? [`and ${problems.length - MAX_TOLD} more`] : [];
  throw new ForensicsError('FF_BAD_TOKENS', [...problems.slice(0, MAX_TOLD), ...more].join('\n'));
}

/** @returns what is wrong with the line, if anything is */
function add(line: string, grants: Map<string, TokenGrant>): string | undefined {
  const grant = parseGrant(line);
  if (typeof grant === 'string') return grant;
  if (grants.has(grant.hash)) return 'this token is there already: give one line all its nodes';
  if (grants.size === MAX_TOKENS) return `there are more than ${MAX_TOKENS} tokens`;
  grants.set(grant.hash, grant);
  return undefined;
}
