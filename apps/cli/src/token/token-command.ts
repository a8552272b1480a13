import { hashOfToken, newToken } from '@fleet-forensics/shared/access/token';
import {
  grantLine,
  isGrantName,
  isNodePattern,
  MAX_GRANT_NODES,
  parseExpiry,
  type TokenGrant,
} from '@fleet-forensics/shared/access/token-grant';
import { type CommandGroup, runGroup } from '../command-group.ts';
import { TOKEN_CREATE_HELP, TOKEN_HELP } from '../help.ts';
import { type ParsedOptions, parseOptions, usageError } from '../options.ts';
import { printable, type Terminal } from '../terminal.ts';
import { appendGrant } from './tokens-file.ts';

const HINT = 'fleet-forensics token create --help';

const GROUP: CommandGroup = {
  path: 'fleet-forensics token',
  help: TOKEN_HELP,
  missing: 'token: create?',
  unknown: 'token: unknown command',
  commands: { create: createToken },
};

/** `fleet-forensics token …`; gives the exit status. @throws ForensicsError FF_USAGE, FF_BAD_TOKENS */
export function runToken(args: readonly string[], terminal: Terminal): Promise<number> {
  return runGroup(GROUP, args, terminal);
}

async function createToken(args: readonly string[], { stdout, stderr }: Terminal): Promise<number> {
  const options = parseOptions(args, { lists: ['node'], values: ['name', 'expires', 'file'] }, 'token create');
  if (options.help) {
    stdout.write(TOKEN_CREATE_HELP);
    return 0;
  }
  const token = newToken();
  const line = grantLine({ hash: hashOfToken(token), ...grantOf(options) });
  const file = options.values.get('file');
  // The file first: a token that nobody takes should not be handed out.
  if (file !== undefined) appendGrant(file, line);
  stdout.write(`${token}\n`);
  stderr.write(file === undefined ? `for FF_TOKENS_FILE:\n${line}\n` : `its line is at the end of ${printable(file)}\n`);
  return 0;
}

function grantOf({ lists, values, operands }: ParsedOptions): Omit<TokenGrant, 'hash'> {
  const nodes = lists.get('node') ?? [];
  const [name, expires] = [values.get('name') ?? '', values.get('expires')];
  const wrongNode = nodes.find((node) => !isNodePattern(node));
  const expiresMs = expires === undefined ? null : parseExpiry(expires);
  if (operands[0] !== undefined) throw wrong(`what is ${printable(operands[0])}?`);
  if (nodes.length === 0) throw wrong("needs --node: '*' would be all nodes");
  if (nodes.length > MAX_GRANT_NODES) throw wrong(`takes ${MAX_GRANT_NODES} --node at most: use a pattern`);
  if (wrongNode !== undefined)
    throw wrong(`--node ${printable(wrongNode)} is no pattern: 1 to 256 characters without white space`);
  if (name !== '' && !isGrantName(name)) throw wrong(`--name ${printable(name)} is not 1 to 64 letters, digits, . _ @ -`);
  if (expires !== undefined && expiresMs === null) {
    throw wrong(`--expires ${printable(expires)} is neither like 2027-01-31 nor like 2027-01-31T12:00:00Z`);
  }
  return { nodes, name, expiresMs };
}

function wrong(problem: string) {
  return usageError(`token create ${problem}`, '', [], HINT);
}
