import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { KafkaSettings } from '../../settings/kafka-settings.ts';
import { readSettings } from '../../settings/setting.ts';
import { connectionOptions } from './connection-options.ts';

function options(environment: Record<string, string>) {
  return connectionOptions(readSettings(KafkaSettings, environment));
}

function file(content: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'kafka-options-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'file'), content);
  return join(dir, 'file');
}

describe('how we reach Kafka', () => {
  it('is plain and unknown by default', () => {
    expect(options({})).toMatchObject({ brokers: ['127.0.0.1:9092'], tls: null, sasl: null });
  });

  it('takes certificates and the password from files', () => {
    const environment = {
      FF_KAFKA_BROKERS: 'a:1, b:2',
      FF_KAFKA_TLS: 'on',
      FF_KAFKA_TLS_CA: file('authority'),
      FF_KAFKA_TLS_CERT: file('certificate'),
      FF_KAFKA_TLS_KEY: file('key'),
      FF_KAFKA_SASL_MECHANISM: 'scram-sha-512',
      FF_KAFKA_SASL_USER: 'recorder',
      FF_KAFKA_SASL_PASSWORD_FILE: file(' pass word \r\n'),
    };
    expect(options(environment)).toMatchObject({
      brokers: ['a:1', 'b:2'],
      tls: { ca: 'authority', cert: 'certificate', key: 'key' },
      sasl: { mechanism: 'scram-sha-512', username: 'recorder', password: ' pass word ' },
    });
  });

  it.each([
    ['a CA that nobody would look at', { FF_KAFKA_TLS_CA: '/ca.pem' }, 'FF_KAFKA_TLS=on'],
    ['a certificate without its key', { FF_KAFKA_TLS: 'on', FF_KAFKA_TLS_CERT: '/cert.pem' }, 'FF_KAFKA_TLS_KEY'],
    ['a user who would not log in', { FF_KAFKA_SASL_USER: 'recorder' }, 'FF_KAFKA_SASL_MECHANISM'],
    ['a log-in without a user', { FF_KAFKA_SASL_MECHANISM: 'plain' }, 'FF_KAFKA_SASL_USER'],
    [
      'a password file that is not there',
      { FF_KAFKA_SASL_MECHANISM: 'plain', FF_KAFKA_SASL_USER: 'u', FF_KAFKA_SASL_PASSWORD_FILE: '/no/such/file' },
      'ENOENT',
    ],
    ['a broker without a port', { FF_KAFKA_BROKERS: 'kafka' }, 'HOST:PORT'],
  ])('is not accepted with %s', (_, environment, named) => {
    expect(() => options(environment)).toThrow(
      expect.objectContaining({ code: 'FF_BAD_SETTING', message: expect.stringContaining(named) }),
    );
  });
  it('is not decided by an authority that everybody may write', () => {
    const ca = file('authority');
    chmodSync(ca, 0o666);
    expect(() => options({ FF_KAFKA_TLS: 'on', FF_KAFKA_TLS_CA: ca })).toThrow(/^FF_KAFKA_TLS_CA=.*everybody may write to it/);
  });

  it('is not waited for at a FIFO that nobody writes a password to', () => {
    const fifo = `${file('')}.fifo`;
    execFileSync('mkfifo', [fifo]);
    const environment = { FF_KAFKA_SASL_MECHANISM: 'plain', FF_KAFKA_SASL_USER: 'u', FF_KAFKA_SASL_PASSWORD_FILE: fifo };
    expect(() => options(environment)).toThrow(/^FF_KAFKA_SASL_PASSWORD_FILE=.*it is no file/);
  });
});
