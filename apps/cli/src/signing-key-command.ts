import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { ForensicsError, messageOf } from '@fleet-forensics/shared/error';
import { HeadSigner } from '@fleet-forensics/shared/integrity/signing-key';
import { type CommandGroup, runGroup } from './command-group.ts';
import { SIGNING_KEY_HELP } from './help.ts';
import { parseOptions, usageError } from './options.ts';
import { printable, type Terminal } from './terminal.ts';

const KEY_MODE = 0o600;
const HINT = 'fleet-forensics signing-key --help';

const GROUP: CommandGroup = {
  path: 'fleet-forensics signing-key',
  help: SIGNING_KEY_HELP,
  missing: 'signing-key: create or public?',
  unknown: 'signing-key: unknown command',
  commands: { create: createKey, public: showPublicKey },
};

/** `fleet-forensics signing-key …`; gives the exit status. @throws ForensicsError FF_USAGE, FF_BAD_KEY */
export function runSigningKey(args: readonly string[], terminal: Terminal): Promise<number> {
  return runGroup(GROUP, args, terminal);
}

async function createKey(args: readonly string[], terminal: Terminal): Promise<number> {
  return withFile(args, terminal, (path) => {
    const { privateKey } = generateKeyPairSync('ed25519');
    try {
      // A key that is there is never written over: what it has signed could not be checked any more.
      writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: KEY_MODE, flag: 'wx' });
    } catch (cause) {
      throw new ForensicsError('FF_BAD_KEY', `${printable(path)} can't be made: ${printable(messageOf(cause))}`, { cause });
    }
  });
}

async function showPublicKey(args: readonly string[], terminal: Terminal): Promise<number> {
  return withFile(args, terminal, () => {});
}

function withFile(args: readonly string[], { stdout }: Terminal, prepare: (path: string) => void): number {
  const { help, operands } = parseOptions(args, {}, 'signing-key');
  if (help) {
    stdout.write(SIGNING_KEY_HELP);
    return 0;
  }
  const [path, ...more] = operands;
  if (path === undefined || more.length > 0) throw usageError('signing-key needs one FILE', '', [], HINT);
  prepare(path);
  stdout.write(HeadSigner.ofFile(path).publicPem);
  return 0;
}
