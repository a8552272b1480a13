import { type Configuration, nodeNamed } from '@fleet-forensics/shared/directives/configuration';
import { DiskFiles } from '@fleet-forensics/shared/directives/disk-files';
import { parseConfiguration } from '@fleet-forensics/shared/directives/parse-configuration';
import { hasCode } from '@fleet-forensics/shared/error';
import { PolicyFileSettings } from '@fleet-forensics/shared/settings/policy-file-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { CHECK_HELP } from '../help.ts';
import { type ParsedOptions, parseOptions, usageError } from '../options.ts';
import { printable, type Terminal } from '../terminal.ts';
import { allPolicies, sessionPolicy } from './policy-table.ts';

/** `fleet-forensics check FILE`; gives the exit status. @throws ForensicsError FF_USAGE, FF_BAD_SETTING, FF_UNREADABLE_FILE */
export async function runCheck(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = parseOptions(args, { values: ['node', 'server', 'name'], lists: ['define', 'module'] }, 'check');
  if (options.help) {
    terminal.stdout.write(CHECK_HELP);
    return 0;
  }
  const configuration = read(fileOf(options), options, terminal);
  if (configuration === undefined) return 1;
  for (const warning of configuration.warnings) terminal.stderr.write(`warning: ${printable(warning)}\n`);
  terminal.stdout.write(shown(configuration, options));
  return 0;
}

function fileOf({ operands: [file, second] }: ParsedOptions): string {
  const hint = 'fleet-forensics check --help';
  if (file === undefined) throw usageError('check needs one FILE', '', [], hint);
  if (second !== undefined) throw usageError(`check: what is ${printable(second)}?`, '', [], hint);
  return file;
}

/** Undefined if the file is wrong, and that is said. */
function read(file: string, { lists }: ParsedOptions, { env, stderr }: Terminal): Configuration | undefined {
  const { policyDefines, policyModules } = readSettings(PolicyFileSettings, env);
  const defines = [...policyDefines, ...(lists.get('define') ?? [])];
  const modules = [...policyModules, ...(lists.get('module') ?? [])];
  try {
    return parseConfiguration(file, new DiskFiles(), { environment: env, defines, modules });
  } catch (error) {
    if (!hasCode(error, 'FF_BAD_DIRECTIVES')) throw error;
    for (const line of error.message.split('\n')) stderr.write(`${printable(line)}\n`);
    return undefined;
  }
}

function shown(configuration: Configuration, { values }: ParsedOptions): string {
  const [node, serverAddress, serverName] = [values.get('node'), values.get('server'), values.get('name')];
  if (serverAddress === undefined && serverName === undefined) return allPolicies(configuration, node);
  const server = { ...(serverAddress !== undefined && { serverAddress }), ...(serverName !== undefined && { serverName }) };
  return sessionPolicy(configuration, server, node === undefined ? () => false : nodeNamed(node));
}
