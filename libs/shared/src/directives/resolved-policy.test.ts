import { describe, expect, it } from 'vitest';
import { nodeNamed } from './configuration.ts';
import type { DirectiveValues } from './forensic-directives.ts';
import { parse } from './memory-files.fixture.ts';
import { resolvePolicy, serversOf } from './resolved-policy.ts';

/** What holds on a node, by the servers' names there. */
function resolved(text: string, node = 'ftp-1'): Record<string, DirectiveValues> {
  const configuration = parse(text);
  const isOfNode = nodeNamed(node);
  const { mainServer, virtualHosts } = serversOf(configuration, isOfNode);
  // Of two servers of one name the first one counts.
  const policies = [mainServer, ...virtualHosts].toReversed().map((server) => resolvePolicy(configuration, server, isOfNode));
  return Object.fromEntries(policies.map(({ name, values }) => [name, values]));
}

describe('without a directive', () => {
  it('upstream’s defaults hold: the engine off, 1024 messages of every type, both criteria, no file', () => {
    expect(resolved('')).toEqual({
      '': {
        engine: false,
        bufferSize: 1024,
        capture: ['Unspec', 'TransferLog', 'syslog', 'SystemLog', 'ExtendedLog', 'TraceLog'],
        criteria: ['FailedLogin', 'UntimelyDeath'],
        file: '',
        format: ['extended'],
      },
    });
  });
});

describe('a value', () => {
  it('has upstream’s spelling, and each word once', () => {
    expect(
      resolved(
        'ForensicLogCapture unknown UNSPEC tracelog\nForensicLogCriteria ondemand FAILEDLOGIN failedlogin\nForensicLogFormat ECS Extended',
      )[''],
    ).toMatchObject({ capture: ['Unspec', 'TraceLog'], criteria: ['OnDemand', 'FailedLogin'], format: ['ecs', 'extended'] });
  });

  it('of the server config does not reach into a VirtualHost; one of Global does, where that leaves it open', () => {
    const text = `
      ForensicLogEngine on
      ForensicLogBufferSize 1
      <Global>
        ForensicLogBufferSize 2
        ForensicLogFile /global.log
      </Global>
      <VirtualHost 192.0.2.1>
        ForensicLogFile /own.log
      </VirtualHost>`;
    const policies = resolved(text);
    expect(policies['']).toMatchObject({ engine: true, bufferSize: 1, file: '/global.log' });
    expect(policies['192.0.2.1:21']).toMatchObject({ engine: false, bufferSize: 2, file: '/own.log' });
  });

  it('of a Global section within a VirtualHost holds for all servers, wherever it stands (copy_global_to_all)', () => {
    const policies = resolved(
      '<VirtualHost 192.0.2.1>\n<Global>\nForensicLogEngine on\n</Global>\n</VirtualHost>\n<VirtualHost a>\n</VirtualHost>',
    );
    expect(Object.values(policies).map(({ engine }) => engine)).toEqual([true, true, true]);
  });
});

describe('a Node section', () => {
  const text = `
    ForensicLogEngine on
    ForensicLogBufferSize 1
    <Node ftp-eu-* ftp-us-1>
      ForensicLogBufferSize 2
      ForensicLogFile /eu.log
      <VirtualHost 192.0.2.1>
        ForensicLogEngine on
      </VirtualHost>
    </Node>
    <Node ftp-*>
      ForensicLogBufferSize 3
      ForensicLogCapture syslog
    </Node>
    <Global>
      ForensicLogCriteria ModuleConfig
      <Node ftp-eu-*>
        ForensicLogCriteria FailedLogin
      </Node>
    </Global>
    <VirtualHost 192.0.2.1>
      <Node web-*>
        ForensicLogFile /web.log
      </Node>
    </VirtualHost>`;

  it('counts for matching nodes, in any case; the first that gives a directive wins, and the rest fills in', () => {
    expect(resolved(text, 'FTP-EU-3')['']).toMatchObject({
      engine: true,
      bufferSize: 2,
      file: '/eu.log',
      capture: ['syslog'],
      criteria: ['FailedLogin'],
    });
    expect(resolved(text, 'ftp-us-1')['']).toMatchObject({ bufferSize: 2, criteria: ['ModuleConfig'] });
    expect(resolved(text, 'ftp-us-2')['']).toMatchObject({ bufferSize: 3, file: '' });
    expect(resolved(text, 'web-1')['']).toMatchObject({
      bufferSize: 1,
      file: '',
      capture: expect.objectContaining({ length: 6 }),
    });
  });

  it('may hold a VirtualHost, which comes before one of the rest, and stand in one', () => {
    expect(resolved(text, 'ftp-eu-1')['192.0.2.1:21']).toMatchObject({ engine: true, file: '' });
    expect(resolved(text, 'web-1')['192.0.2.1:21']).toMatchObject({ engine: false, file: '/web.log' });
    expect(resolved(text, 'other')['192.0.2.1:21']).toMatchObject({ engine: false, file: '' });
  });
});
