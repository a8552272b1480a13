import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { type FtpUser, PASSWORD } from './ftp-accounts.ts';
import { connected, failToLogIn, failedSession, loggedIn, quit } from './ftp-client.ts';
import type { FtpServer } from './ftp-server.ts';

/** A session of an honest client that mod_log_forensic writes blocks of, on a server that has no other session. */
export interface CriterionSession {
  readonly what: string;
  readonly marker: string;
  readonly blocks: number;
  /** Resolves when nothing more will come from the client. */
  readonly run: (server: FtpServer) => Promise<void>;
}

/** Who is denied by {@link denyBob}. */
const DENIED: FtpUser = 'bob';
const FILE_BYTES = 100_000;

/** Directives that deny a user with mod_wrap2. @param dir absolute; the caller writes the tables of {@link wrapTables} there */
export function denyBob(dir: string): string[] {
  const { allow, deny } = wrapTables(dir);
  return ['WrapEngine on', `WrapUserTables ${DENIED} file:${allow} file:${deny}`];
}

/** Of mod_wrap2_file; what they hold: nobody is allowed, all are denied. */
export function wrapTables(dir: string): { readonly allow: string; readonly deny: string } {
  return { allow: join(dir, 'hosts.allow'), deny: join(dir, 'hosts.deny') };
}

export const CRITERION_SESSIONS: readonly CriterionSession[] = [
  { what: 'a wrong password', marker: 'FAILED LOGIN', blocks: 1, run: ({ port }) => failedSession(port) },
  { what: 'an unknown user', marker: 'FAILED LOGIN', blocks: 1, run: ({ port }) => failedSession(port, 'mallory') },
  { what: 'two failed logins in one session', marker: 'FAILED LOGIN', blocks: 2, run: failTwice },
  { what: 'a login whose process is ended by SIGTERM', marker: 'UNTIMELY DEATH', blocks: 1, run: logInAndTerminate },
  { what: 'transfers before SIGTERM', marker: 'UNTIMELY DEATH', blocks: 1, run: transferAndTerminate },
  { what: 'a user whom mod_wrap2 denies', marker: 'MODULE CONFIG', blocks: 1, run: ({ port }) => beRefused(port) },
];

async function failTwice({ port }: FtpServer): Promise<void> {
  const client = await connected(port);
  await failToLogIn(client, 'alice');
  await failToLogIn(client, 'mallory');
  await quit(client);
}

async function logInAndTerminate(server: FtpServer): Promise<void> {
  await loggedIn(server.port);
  endSession(server, 'SIGTERM');
}

async function transferAndTerminate(server: FtpServer): Promise<void> {
  const client = await loggedIn(server.port);
  await client.uploadFrom(Readable.from([Buffer.alloc(FILE_BYTES, 'x')]), 'upload.bin');
  await client.downloadTo(new Writable({ write: (_chunk, _encoding, done) => done() }), 'upload.bin');
  await client.rename('upload.bin', 'renamed.bin');
  await client.list();
  endSession(server, 'SIGTERM');
}

/** Sends a signal to the process of the only session. */
export function endSession(server: FtpServer, signal: NodeJS.Signals): void {
  const [pid, ...others] = server.sessions;
  if (pid === undefined || others.length > 0) throw new Error(`the server's sessions are ${server.sessions.join(' ')}, not one`);
  process.kill(pid, signal);
}

/** The server may hang up before its answer is there. */
async function beRefused(port: number): Promise<void> {
  const client = await connected(port);
  await expectRefusal(client.login(DENIED, PASSWORD));
  client.close();
}

/** By a server that takes no sessions. */
export async function beTurnedAway(port: number): Promise<void> {
  await expectRefusal(connected(port));
}

async function expectRefusal(attempt: Promise<unknown>): Promise<void> {
  const isLetIn = await attempt.then(
    () => true,
    () => false,
  );
  if (isLetIn) throw new Error('the server let in whom it was told to refuse');
}
