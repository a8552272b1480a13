import { PolicySettings } from '@fleet-forensics/shared/settings/ingest-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { describe, expect, it } from 'vitest';
import { CriterionNames } from './criterion-names.ts';
import { policyOfSettings } from './policy-of-settings.ts';

function policyOf(environment: Record<string, string>) {
  return policyOfSettings(readSettings(PolicySettings, environment));
}

describe('the policy of the settings', () => {
  it('is the documented default: 1024 messages of every type, both criteria, /forensic.log', () => {
    expect(policyOf({})).toEqual({
      name: '',
      bufferSize: 1024,
      bufferBytes: 64 * 1024 * 1024,
      criteria: ['FailedLogin', 'UntimelyDeath'],
      capture: [],
      file: '/forensic.log',
      formats: ['extended'],
      version: expect.any(Number),
    });
  });

  it('is none with the engine off', () => {
    expect(policyOf({ FF_ENGINE: 'off' })).toBeNull();
  });

  it('spells criteria as blocks do, keeps names of its own, and counts none twice', () => {
    const policy = policyOf({ FF_CRITERIA: 'failedlogin FAILEDLOGIN moduleconfig Quota' });
    expect(policy?.criteria).toEqual(['FailedLogin', 'ModuleConfig', 'Quota']);
  });

  it('lists the captured types once each, and none where all are captured under whatever name', () => {
    expect(policyOf({ FF_CAPTURE: 'tracelog Unknown unspec' })?.capture).toEqual([0, 5]);
    expect(policyOf({ FF_CAPTURE: 'unknown TransferLog SYSLOG systemlog ExtendedLog TraceLog' })?.capture).toEqual([]);
  });

  it('has a version that follows the content and nothing else, so that replays see the same policy', () => {
    const versions = [{}, { FF_BUFFER_SIZE: '2' }, { FF_FORENSIC_LOG_FILE: '/x' }, { FF_CAPTURE: 'syslog' }].map(
      (environment) => policyOf(environment as Record<string, string>)!.version,
    );
    expect(new Set(versions).size).toBe(versions.length);
    expect(policyOf({})!.version).toBe(versions[0]);
    expect(policyOf({ FF_CRITERIA: 'FAILEDLOGIN untimelydeath' })!.version).toBe(versions[0]);
    expect(versions.every((version) => Number.isSafeInteger(version) && version > 0)).toBe(true);
  });
});

describe('criterion names', () => {
  const names = new CriterionNames(['FailedLogin', 'Quota']);

  it('takes the built-in ones in any case, and an own one only as declared', () => {
    expect(['failedLOGIN', 'ondemand', 'Quota'].map((name) => names.resolve(name))).toEqual(['FailedLogin', 'OnDemand', 'Quota']);
    expect(names.resolve('quota')).toBeUndefined();
    expect(names.resolve('NoSuch')).toBeUndefined();
  });
});
