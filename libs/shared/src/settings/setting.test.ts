import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SETTINGS, settingsReference } from './catalogue.ts';
import { EmbeddedLogSettings } from './embedded-log-settings.ts';
import { IngestSettings, PolicySettings } from './ingest-settings.ts';
import { readSettings, refuseUnknownSettings, settingsOf } from './setting.ts';

describe('settings', () => {
  it.each(SETTINGS)('of %o are valid by default', (type) => {
    expect(Object.keys(readSettings(type, {}))).toHaveLength(settingsOf(type).length);
  });

  it('take numbers, words and lists as they are written in an environment', () => {
    expect(readSettings(IngestSettings, { FF_INGEST_PORT: '0', FF_INGEST_HOST: '::1' })).toMatchObject({ port: 0, host: '::1' });
    expect(readSettings(PolicySettings, { FF_CAPTURE: 'TraceLog, syslog', FF_ENGINE: 'Off' })).toMatchObject({
      capture: ['TraceLog', 'syslog'],
      engine: false,
    });
    expect(readSettings(EmbeddedLogSettings, { FF_DATA_DIR: '', FF_LOG_BYTES: '0' })).toMatchObject({
      dataDir: './data',
      logBytes: 0,
    });
  });

  it.each([
    [IngestSettings, 'FF_INGEST_PORT', '65536', '0 to 65535'],
    [IngestSettings, 'FF_INGEST_PORT', '80a', '0 to 65535'],
    [IngestSettings, 'FF_INGEST_BODY_BYTES', '-1', '1024 to 268435456 (bytes)'],
    [EmbeddedLogSettings, 'FF_LOG_BYTES', '1000', '67108864 to'],
    [PolicySettings, 'FF_BUFFER_SIZE', '0', '1 to 100000 (messages)'],
    [PolicySettings, 'FF_CAPTURE', 'TraceLog Tracelogs', 'one or more of Unspec'],
    [PolicySettings, 'FF_CRITERIA', 'Failed-Login', 'names of your own in letters and digits'],
    [PolicySettings, 'FF_FORENSIC_LOG_FILE', 'forensic.log', 'an absolute path'],
    [PolicySettings, 'FF_FORENSIC_LOG_FILE', '/a/../b', 'without . or ..'],
    [PolicySettings, 'FF_FORENSIC_LOG_FILE', `/${'x'.repeat(256)}`, 'at most 255'],
    [PolicySettings, 'FF_FORENSIC_LOG_FILE', '/a\nb', 'no control characters'],
    [PolicySettings, 'FF_FORENSIC_LOG_FORMAT', 'xml', 'one or more of extended'],
    [PolicySettings, 'FF_ENGINE', 'maybe', 'on or off'],
  ])('of %o refuse %s=%s and say what is expected', (type, variable, value, expected) => {
    const read = () => readSettings<object>(type, { [variable]: value });
    expect(read).toThrow(expect.objectContaining({ code: 'FF_BAD_SETTING' }));
    expect(read).toThrow(`${variable}=${JSON.stringify(value)} is not valid: expected`);
    expect(read).toThrow(expected);
  });

  it('name all that is wrong at once', () => {
    expect(() => readSettings(IngestSettings, { FF_INGEST_PORT: 'x', FF_INGEST_BATCH_MS: 'y' })).toThrow(/PORT.*\n.*BATCH_MS/);
  });

  it('do not swallow a misspelt variable', () => {
    expect(() => refuseUnknownSettings(SETTINGS, { FF_INGEST_PROT: '1', PATH: '/bin' })).toThrow(
      'FF_INGEST_PROT is not a setting; did you mean FF_INGEST_PORT?',
    );
    expect(() => refuseUnknownSettings(SETTINGS, { FF_INGEST_PORT: '1', PATH: '/bin' })).not.toThrow();
  });

  it('have one variable each, all with our prefix', () => {
    const variables = SETTINGS.flatMap((type) => settingsOf(type).map(({ variable }) => variable));
    expect(new Set(variables).size).toBe(variables.length);
    expect(variables.filter((variable) => !/^FF_[A-Z_]+$/.test(variable))).toEqual([]);
  });

  it('are all in docs/SETTINGS.md, as they are (WRITE_DOCS=1 writes it)', () => {
    const file = fileURLToPath(new URL('../../../../docs/SETTINGS.md', import.meta.url));
    if (process.env['WRITE_DOCS'] === '1') writeFileSync(file, settingsReference());
    expect(readFileSync(file, 'utf8')).toBe(settingsReference());
  });
});
