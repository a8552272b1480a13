import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { accountFiles } from './ftp-accounts.ts';
import { MODULE_DIR } from './proftpd.ts';

/** A shared module. */
export interface LoadedModule {
  /** E.g. `mod_wrap2.c`. */
  readonly name: string;
  /** Absolute; absent: where Debian's packages put theirs. */
  readonly dir?: string;
}

/** Who runs the sessions, and owns the homes. */
export interface ServerUser {
  readonly name: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Has ProFTPD make every message of every type, whether a log shows it or not, so that a module gets it; for a server whose own
 * logs nobody reads.
 */
export const ALL_MESSAGES: readonly string[] = [
  'SystemLog /dev/null',
  'TraceLog /dev/null',
  'Trace DEFAULT:0',
  'TransferLog /dev/null',
  'ExtendedLog /dev/null ALL,CONNECT,EXIT',
];

/** Root's daemon gives its sessions to the unprivileged user; that of another user keeps them. */
export function serverUser(): ServerUser {
  const { uid, gid, username } = userInfo();
  if (uid === 0) return { name: 'nobody', group: 'nogroup', uid: 65_534, gid: 65_534 };
  const group = spawnSync('id', ['--group', '--name'], { encoding: 'utf8' }).stdout.trim();
  return { name: username, group, uid, gid };
}

export interface ConfOptions {
  /** Of the server; it holds the {@link accountFiles}. */
  readonly dir: string;
  readonly port: number;
  readonly user: ServerUser;
  readonly modules: readonly LoadedModule[];
  readonly directives: readonly string[];
}

/** A proftpd.conf: nothing that asks a name server, delays a login, or writes outside of the directory. */
export function proftpdConf({ dir, port, user, modules, directives }: ConfOptions): string {
  const { passwd, group } = accountFiles(dir);
  const lines = [
    ...modules.flatMap(({ name, dir: moduleDir }) => [`ModulePath ${moduleDir ?? MODULE_DIR}`, `LoadModule ${name}`]),
    'ServerType standalone',
    'ServerName "test"',
    'DefaultAddress 127.0.0.1',
    'SocketBindTight on',
    `Port ${port}`,
    'UseIPv6 off',
    'UseReverseDNS off',
    'AuthPAM off',
    'AuthOrder mod_auth_file.c',
    `AuthUserFile ${passwd}`,
    `AuthGroupFile ${group}`,
    'RequireValidShell off',
    `User ${user.name}`,
    `Group ${user.group}`,
    `PidFile ${join(dir, 'proftpd.pid')}`,
    `ScoreboardFile ${join(dir, 'scoreboard')}`,
    `DelayTable ${join(dir, 'delay.table')}`,
    'DelayEngine off',
    'ControlsEngine off',
    'WtmpLog off',
    'MaxInstances none',
    'TimesGMT on',
    'AllowOverwrite on',
    ...directives,
  ];
  return lines.map((line) => `${line}\n`).join('');
}
