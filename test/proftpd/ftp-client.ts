import { Client, FTPError } from 'basic-ftp';
import { PASSWORD } from './ftp-accounts.ts';

const HOST = '127.0.0.1';
/** ProFTPD's answer to a wrong password, and to an unknown user. */
const NOT_LOGGED_IN = 530;

/** An FTP client with a connection, and no login yet. */
export async function connected(port: number): Promise<Client> {
  const client = new Client();
  await client.connect(HOST, port);
  return client;
}

/** An FTP client that is logged in, for binary transfers. */
export async function loggedIn(port: number, user = 'alice'): Promise<Client> {
  const client = await connected(port);
  await client.login(user, PASSWORD);
  await client.useDefaultSettings();
  return client;
}

/** Tries to log in with a wrong password. @throws Error if the server lets the client in, or answers anything but 530 */
export async function failToLogIn(client: Client, user = 'alice'): Promise<void> {
  try {
    await client.login(user, 'wrong');
  } catch (error) {
    if (error instanceof FTPError && error.code === NOT_LOGGED_IN) return;
    throw error;
  }
  throw new Error(`${user} logged in with a wrong password`);
}

/** Says goodbye and hangs up; the session's process ends by itself. */
export async function quit(client: Client): Promise<void> {
  await client.send('QUIT');
  client.close();
}

/** A whole session: one wrong password, and QUIT. */
export async function failedSession(port: number, user = 'alice'): Promise<void> {
  const client = await connected(port);
  await failToLogIn(client, user);
  await quit(client);
}
