import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Who can log in. */
export const USERS = ['alice', 'bob'] as const;
export type FtpUser = (typeof USERS)[number];

/** Of every user. */
export const PASSWORD = 'open sesame';
/** MD5, which costs next to nothing: hundreds of logins are not to measure a hash. Made by `openssl passwd -1 -salt fleet`. */
const PASSWORD_HASH = '$1$fleet$7oXSiFL7zGkEWV67ks.TQ0';

/** Where the accounts of a server in this directory lie. */
export function accountFiles(dir: string): { readonly passwd: string; readonly group: string } {
  return { passwd: join(dir, 'passwd'), group: join(dir, 'group') };
}

export function homeOf(dir: string, user: FtpUser): string {
  return join(dir, 'home', user);
}

/** Makes the users' homes, and the files that name them: ProFTPD refuses those that others may read. */
export function makeAccounts(dir: string, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  for (const user of USERS) {
    mkdirSync(homeOf(dir, user), { recursive: true });
    chownSync(homeOf(dir, user), uid, gid);
  }
  const { passwd, group } = accountFiles(dir);
  const lines = USERS.map((user) => `${user}:${PASSWORD_HASH}:${uid}:${gid}::${homeOf(dir, user)}:/bin/sh\n`);
  writeFileSync(passwd, lines.join(''), { mode: 0o600 });
  writeFileSync(group, `ftpusers:x:${gid}:${USERS.join(',')}\n`, { mode: 0o600 });
}
