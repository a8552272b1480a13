import { afterEach, describe, expect, it, vi } from 'vitest';
import { Counters } from '../counters.ts';
import { configuredPolicies } from './configured-policies.ts';
import { ScratchPolicy } from './scratch-policy.fixture.ts';

const open = (environment: Record<string, string>) =>
  configuredPolicies(environment, { counters: new Counters(), warn: () => {} });

describe('the policies of an ingest', () => {
  let scratch: ScratchPolicy;
  afterEach(() => scratch.remove());

  it('are one, from the settings, where no file is named', () => {
    scratch = new ScratchPolicy('');
    const { source, place } = open({ FF_BUFFER_SIZE: '7' });
    expect(source.policyFor('n', 's', {})?.bufferSize).toBe(7);
    expect(place).toContain('settings');
  });

  it('come from the file, with what no directive tells from the settings', () => {
    scratch = new ScratchPolicy(
      'ForensicLogEngine on\n<IfDefine EU>\nForensicLogBufferSize 9\n</IfDefine>\n<IfModule mod_tls.c>\nForensicLogFile /%{env:WHERE}\n</IfModule>\n',
    );
    const policies = open({
      FF_POLICY_FILE: scratch.path,
      FF_POLICY_DEFINES: 'EU',
      FF_POLICY_MODULES: 'mod_tls.c',
      FF_BUFFER_BYTES: '70000',
      WHERE: 'there',
    });
    expect(policies.source.policyFor('n', 's', {})).toMatchObject({ bufferSize: 9, bufferBytes: 70_000, file: '/there' });
    expect([policies.place, policies.warnings]).toEqual([`policies come from ${scratch.path}`, []]);
    policies.close();
  });

  it.each(['FF_ENGINE', 'FF_BUFFER_SIZE', 'FF_CAPTURE', 'FF_CRITERIA', 'FF_FORENSIC_LOG_FILE', 'FF_FORENSIC_LOG_FORMAT'])(
    'are never said twice: %s is refused beside a file',
    (variable) => {
      scratch = new ScratchPolicy('');
      const value = { FF_ENGINE: 'on', FF_BUFFER_SIZE: '7', FF_CAPTURE: 'syslog', FF_FORENSIC_LOG_FILE: '/x' }[variable];
      const opening = () =>
        open({ FF_POLICY_FILE: scratch.path, [variable]: value ?? (variable === 'FF_CRITERIA' ? 'FailedLogin' : 'ecs') });
      expect(opening).toThrow(expect.objectContaining({ code: 'FF_BAD_SETTING' }));
      expect(opening).toThrow(`${variable} is given, and FF_POLICY_FILE, too`);
    },
  );

  it('are those of the central ingest where events are forwarded', () => {
    scratch = new ScratchPolicy('');
    expect(() => open({ FF_POLICY_FILE: scratch.path, FF_FORWARD_URL: 'http://127.0.0.1:1' })).toThrow('set it there, not here');
  });

  it('are read again at SIGHUP, and show in the readiness when they can not be', async () => {
    scratch = new ScratchPolicy('ForensicLogEngine on\n');
    const policies = open({ FF_POLICY_FILE: scratch.path, FF_POLICY_POLL_MS: '3600000' });
    process.kill(process.pid, 'SIGHUP');
    scratch.write('ForensicLogEngine onn\n');
    process.kill(process.pid, 'SIGHUP');
    await vi.waitFor(() => expect(policies.warnings).toEqual([expect.stringContaining('is out of date')]));
    policies.close();
    expect(process.listenerCount('SIGHUP')).toBe(0);
  });
});
