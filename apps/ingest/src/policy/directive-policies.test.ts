import type { ConfigurationFiles } from '@fleet-forensics/shared/directives/configuration-files';
import { parseConfiguration } from '@fleet-forensics/shared/directives/parse-configuration';
import { describe, expect, it } from 'vitest';
import { DirectivePolicies } from './directive-policies.ts';

function policiesOf(text: string): DirectivePolicies {
  const files: ConfigurationFiles = { lookUp: () => ({ kind: 'file', text }) };
  return new DirectivePolicies(parseConfiguration('/f', files, { environment: {}, defines: [], modules: [] }), 65_536);
}

const TWO_SERVERS = `
  ForensicLogEngine on
  ForensicLogFile /main.log
  <Node ftp-eu-*>
    ForensicLogBufferSize 7
  </Node>
  <VirtualHost 192.0.2.1>
    ServerAlias ftp.example.org
    ForensicLogEngine on
    ForensicLogFile /example/%{node}.log
    ForensicLogCapture tracelog SYSLOG
    ForensicLogCriteria moduleconfig
    ForensicLogFormat ecs compatible
  </VirtualHost>
  <VirtualHost 192.0.2.2>
  </VirtualHost>`;

describe('the policy of a session', () => {
  it('is that of its server, in the wire’s terms', () => {
    const policies = policiesOf(TWO_SERVERS);
    expect(policies.policyFor('ftp-1', 's', { serverAddress: '::ffff:192.0.2.1:21' })).toEqual({
      name: '192.0.2.1:21 ftp.example.org',
      bufferSize: 1024,
      bufferBytes: 65_536,
      criteria: ['ModuleConfig'],
      capture: [2, 5],
      file: '/example/%{node}.log',
      formats: ['ecs', 'compatible'],
      version: expect.any(Number),
    });
    expect(policies.policyFor('ftp-1', 's', {})).toMatchObject({ name: '', bufferSize: 1024, capture: [], file: '/main.log' });
  });

  it('follows its node and what is learnt of its server', () => {
    const policies = policiesOf(TWO_SERVERS);
    expect(policies.policyFor('ftp-eu-1', 's', {})?.bufferSize).toBe(7);
    expect(policies.policyFor('ftp-eu-1', 's', { serverName: 'ftp.example.org' })?.file).toBe('/example/%{node}.log');
  });

  it('is none where the engine is off, which it is unless a directive says otherwise', () => {
    expect(policiesOf(TWO_SERVERS).policyFor('ftp-1', 's', { serverAddress: '192.0.2.2:21' })).toBeNull();
    expect(policiesOf('ForensicLogFile /x').policyFor('ftp-1', 's', {})).toBeNull();
  });

  it('without a ForensicLogFile files nothing, and keeps the ring for a reload that names one', () => {
    expect(policiesOf('ForensicLogEngine on').policyFor('ftp-1', 's', {})).toMatchObject({ file: '' });
  });

  it('has one version for one content, so that a reload that changes nothing stamps nothing', () => {
    const [first, second] = [policiesOf(TWO_SERVERS), policiesOf(`# new\n${TWO_SERVERS}`)];
    const versions = [first, second].map((policies) => policies.policyFor('n', 's', {})!.version);
    expect(versions[0]).toBe(versions[1]);
    expect(first.policyFor('a', 's', {})).toBe(first.policyFor('b', 't', { serverAddress: '198.51.100.1:21' }));
    expect(policiesOf('ForensicLogEngine on').policyFor('n', 's', {})!.version).not.toBe(versions[0]);
  });

  it('is remembered for a bounded number of servers, and right beyond it', () => {
    const policies = policiesOf(TWO_SERVERS);
    for (let node = 0; node < 100_001; node += 1) policies.policyFor(`ftp-${node}`, 's', {});
    expect(policies.policyFor('ftp-eu-9', 's', {})?.bufferSize).toBe(7);
  });
});
