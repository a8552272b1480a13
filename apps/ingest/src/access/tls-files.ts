import { X509Certificate } from 'node:crypto';
import { createSecureContext, type TlsOptions } from 'node:tls';
import { readAccessFile } from '@fleet-forensics/shared/access/access-file';
import { ForensicsError, messageOf } from '@fleet-forensics/shared/error';

/** The files of a listener that speaks TLS. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Of the authority that signs clients' certificates; null: clients need none. */
  readonly clientCa: string | null;
}

export interface ReadTls {
  readonly options: TlsOptions;
  readonly isKeyReadByOthers: boolean;
  /** From when on, milliseconds since 1970, a certificate is no longer taken: of the files that have one. */
  readonly expiryMs: ReadonlyMap<string, number>;
}

/** A client that has not shaken hands within this is dropped. */
const HANDSHAKE_MS = 10_000;

/** The files that the settings name; null: none. @throws ForensicsError FF_BAD_SETTING if they don't go together */
export function tlsFilesOf(cert: string, key: string, clientCa: string): TlsFiles | null {
  if ((cert === '') !== (key === '')) {
    throw new ForensicsError('FF_BAD_SETTING', 'FF_INGEST_TLS_CERT and FF_INGEST_TLS_KEY need one another: set both or none');
  }
  if (cert === '' && clientCa !== '') {
    throw new ForensicsError(
      'FF_BAD_SETTING',
      'FF_INGEST_TLS_CLIENT_CA needs FF_INGEST_TLS_CERT and _KEY: certificates are shown over TLS only',
    );
  }
  return cert === '' ? null : { cert, key, clientCa: clientCa === '' ? null : clientCa };
}

/**
 * Reads and tries them out.
 * @throws ForensicsError FF_UNREADABLE_FILE; FF_BAD_KEY if certificate and key are none or don't belong together. Nothing of a key is told.
 */
export function readTls({ cert, key, clientCa }: TlsFiles): ReadTls {
  const { text: keyText, isReadByOthers } = readAccessFile('FF_INGEST_TLS_KEY', key);
  const certText = readAccessFile('FF_INGEST_TLS_CERT', cert).text;
  const caText = clientCa === null ? null : readAccessFile('FF_INGEST_TLS_CLIENT_CA', clientCa).text;
  const options: TlsOptions = {
    cert: certText,
    key: keyText,
    ...(caText !== null && { ca: caText, requestCert: true, rejectUnauthorized: true }),
    minVersion: 'TLSv1.2',
    handshakeTimeout: HANDSHAKE_MS,
  };
  const expiryMs = new Map<string, number>();
  try {
    expiryMs.set(cert, Date.parse(new X509Certificate(certText).validTo));
    // A CA that is none would be passed over without a word, and nobody let in.
    const authority = caText === null ? null : new X509Certificate(caText);
    if (authority?.ca === false) throw new Error('the certificate of FF_INGEST_TLS_CLIENT_CA is not one of an authority');
    if (authority && clientCa !== null) expiryMs.set(clientCa, Date.parse(authority.validTo));
    createSecureContext(options);
  } catch (cause) {
    const files = [cert, key, ...(clientCa === null ? [] : [clientCa])].join(', ');
    throw new ForensicsError(
      'FF_BAD_KEY',
      `${files}: ${messageOf(cause)}; expected PEM files of a certificate with its chain, of its key without a passphrase, and of the clients' authority`,
      { cause },
    );
  }
  return { options, isKeyReadByOthers: isReadByOthers, expiryMs };
}
