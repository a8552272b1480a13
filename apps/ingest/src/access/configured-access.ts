import { resolve } from 'node:path';
import type { TlsOptions } from 'node:tls';
import { openSecretWarning, readAccessFile } from '@fleet-forensics/shared/access/access-file';
import { parseTokenList } from '@fleet-forensics/shared/access/token-list';
import { AccessSettings } from '@fleet-forensics/shared/settings/access-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import type { Counters } from '../counters.ts';
import { FileValue } from '../reload/file-value.ts';
import { FileWatch } from '../reload/file-watch.ts';
import { type Access, ANYBODY } from './access.ts';
import { type ReadTls, readTls, tlsFilesOf } from './tls-files.ts';

/** Where the file system does not tell of changes the files are looked at this often. */
const POLL_MS = 2000;

export interface AccessPorts {
  readonly counters: Counters;
  /** Told what an operator must know. */
  readonly warn: (message: string) => void;
}

/**
 * Reads the tokens and what TLS needs, and again whenever they change; what is wrong then leaves the old ones in force.
 * @throws ForensicsError FF_BAD_SETTING, FF_BAD_TOKENS, FF_BAD_KEY, FF_UNREADABLE_FILE
 */
export function configuredAccess(environment: Readonly<Record<string, string | undefined>>, ports: AccessPorts): Access {
  const settings = readSettings(AccessSettings, environment);
  const tokens = settings.tokensFile === '' ? null : tokensOf(resolve(settings.tokensFile), ports);
  const tls = tlsOf(settings, ports);
  if (tokens === null && tls === null) return ANYBODY;
  const files = [tokens, tls?.file ?? null].filter((file) => file !== null);
  const watches = files.map((file) => new FileWatch(file, POLL_MS));
  return {
    get tokens() {
      return tokens?.value ?? null;
    },
    get tls() {
      return tls?.file.value.options ?? null;
    },
    onTlsChange: (changed) => void tls?.changed.push(changed),
    place: placeOf(settings),
    get warnings() {
      return [...files.flatMap(({ outOfDate }) => outOfDate ?? []), ...expired(tls?.file.value)];
    },
    close: () => watches.forEach((watch) => watch.close()),
  };
}

function tokensOf(path: string, { counters, warn }: AccessPorts) {
  return new FileValue({
    name: `tokens of ${path}`,
    paths: [path],
    read: () => {
      const grants = parseTokenList(readAccessFile('FF_TOKENS_FILE', path).text, path);
      if (grants.size === 0) warn(`tokens of ${path}: there is none, so nobody may publish over HTTP`);
      return grants;
    },
    reread: (isTaken) => (counters[isTaken ? 'tokensReloads' : 'tokensRejected'] += 1),
    warn,
  });
}

function tlsOf({ tlsCert, tlsKey, tlsClientCa }: AccessSettings, { counters, warn }: AccessPorts) {
  const files = tlsFilesOf(tlsCert, tlsKey, tlsClientCa);
  if (files === null) return null;
  const changed: ((tls: TlsOptions) => void)[] = [];
  const file: FileValue<ReadTls> = new FileValue({
    name: `certificate and key of ${files.cert}`,
    paths: [files.cert, files.key, ...(files.clientCa === null ? [] : [files.clientCa])],
    read: () => {
      const value = readTls(files);
      if (value.isKeyReadByOthers) warn(openSecretWarning('FF_INGEST_TLS_KEY', files.key));
      return value;
    },
    reread: (isTaken) => {
      counters[isTaken ? 'tlsReloads' : 'tlsRejected'] += 1;
      if (isTaken) for (const tell of changed) tell(file.value.options);
    },
    warn,
  });
  return { file, changed };
}

/** Nothing of ours fails then: it is the nodes that hear of it. */
function expired(tls: ReadTls | undefined): string[] {
  const files = [...(tls?.expiryMs ?? [])].filter(([, expiryMs]) => expiryMs <= Date.now());
  return files.map(([path]) => `the certificate of ${path} has expired, and no node gets in: put a new one in its place`);
}

function placeOf({ tokensFile, tlsClientCa }: AccessSettings): string {
  const needed = [
    ...(tlsClientCa === '' ? [] : [`a client certificate signed by ${resolve(tlsClientCa)}`]),
    ...(tokensFile === '' ? [] : [`a token of ${resolve(tokensFile)}`]),
  ];
  return needed.length === 0 ? ANYBODY.place : `who publishes over HTTP needs ${needed.join(' and ')}`;
}
