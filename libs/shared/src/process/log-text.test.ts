import { describe, expect, it } from 'vitest';
import { loggable, MAX_LOG_TEXT, visibleJson, visibleText } from './log-text.ts';

const HOSTILE = 'a\u001b[2J\rb\u0085c\u009b31m\u007f\u202Ed\u2028e\u200B\u{E0041}f\ttab\u0000';

describe('what somebody else wrote', () => {
  it('is read from JSON as it was, with no character that a terminal obeys in the line', () => {
    const line = visibleJson(`${JSON.stringify({ msg: HOSTILE })}\n`);
    expect((JSON.parse(line) as { msg: string }).msg).toBe(HOSTILE);
    expect(line.trimEnd()).toMatch(/^[\x20-\x7e]*$/);
  });

  it('shows its controls on a terminal, and has none', () => {
    const text = visibleText(HOSTILE);
    expect(text).toBe(String.raw`a\x1b[2J\x0db\x85c\x9b31m\x7f\u{202e}d\u{2028}e\u{200b}\u{e0041}f\x09tab\x00`);
  });

  it('never begins a line', () => {
    expect(visibleText('no such user\n[21:00:57.969] INFO: ready')).toBe('no such user\n    [21:00:57.969] INFO: ready');
  });

  it('stays readable in every other language', () => {
    expect(visibleText('Grüße, здравствуйте, こんにちは 👋')).toBe('Grüße, здравствуйте, こんにちは 👋');
  });
});

describe('a secret', () => {
  it.each([
    'connect to http://tj:s3cr3t-w0rd@collector.example.org/v1 failed',
    'postgres://s3cr3t-w0rd@db and more',
    'https://tj:pa@s3cr3t-w0rd@host/',
    'the header Authorization: Bearer s3cr3t-w0rd',
    'headers: {"authorization":"Bearer s3cr3t-w0rd","accept":"*/*"}',
    "{ authorization: 'Basic s3cr3t-w0rd' }",
    'refused: bearer s3cr3t-w0rd-that-is-long-enough',
    'sasl.password=s3cr3t-w0rd; user=x',
    '{"password":"s3cr3t-w0rd","user":"x"}',
    'token: s3cr3t-w0rd',
    '{"password":"two words, s3cr3t-w0rd","user":"x"}',
    "password: 'it is; s3cr3t-w0rd'",
    `{"token":"${'x '.repeat(500)}s3cr3t-w0rd"}`,
    `glued_toff_${'s3cr3t-w0rd'.repeat(4)}`,
    `nobody knows ff_${'s3cr3t-w0rd'.repeat(4)}`,
    `token=${'x'.repeat(MAX_LOG_TEXT - 10)}s3cr3t-w0rd`,
    '-----BEGIN PRIVATE KEY-----\nMC4s3cr3t/w0rd\n-----END PRIVATE KEY-----',
  ])('is left out, however it got there (%#)', (text) => {
    expect(loggable(text)).not.toMatch(/s3cr3t.w0rd/);
  });

  it('is not what only looks like one: paths, addresses, names of settings', () => {
    for (const text of [
      'FF_KAFKA_SASL_PASSWORD_FILE=/run/secrets/password is not readable',
      'ingest listens on http://127.0.0.1:8080 (POST /v1/events; OTLP: POST /v1/logs)',
      'events go to https://central.example.org/ as user@example.org',
      'the token has no node pattern',
    ]) {
      expect(loggable(text)).toBe(text);
    }
  });
});

describe('a text of any length', () => {
  it('is cut off, and says so', () => {
    const text = loggable('x'.repeat(16 * 1024 * 1024));
    expect(text.length).toBeLessThan(MAX_LOG_TEXT + 100);
    expect(text).toContain(`(the first ${MAX_LOG_TEXT} of ${16 * 1024 * 1024} characters)`);
    expect(loggable('x'.repeat(MAX_LOG_TEXT))).toHaveLength(MAX_LOG_TEXT);
  });
});
