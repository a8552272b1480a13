import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { misspeltDirective } from './directive-name.ts';
import { FILE, MemoryFiles, parse } from './memory-files.fixture.ts';
import { parseConfiguration } from './parse-configuration.ts';
import { resolvePolicy } from './resolved-policy.ts';

const FIXTURES = fileURLToPath(new URL('../../../../test/fixtures/directives/', import.meta.url));
const DEBIAN = Object.fromEntries(
  readdirSync(`${FIXTURES}debian`).map((name) => [`/etc/proftpd/${name}`, readFileSync(`${FIXTURES}debian/${name}`, 'utf8')]),
);
const OPTIONS = { environment: {}, defines: [], modules: [] };

describe('Debian’s proftpd.conf', () => {
  it('is read with what it includes, and captures nothing', () => {
    const configuration = parseConfiguration('/etc/proftpd/proftpd.conf', new MemoryFiles(DEBIAN), OPTIONS);
    expect(configuration).toMatchObject({
      mainServer: { serverName: 'Debian', port: 21, isDefault: true, directives: [] },
      virtualHosts: [],
      warnings: ["/etc/proftpd/proftpd.conf:210: unable to include '/etc/proftpd/conf.d/': it is not there"],
    });
    expect(resolvePolicy(configuration, configuration.mainServer, () => false).values.engine).toBe(false);
  });

  it('takes a file of ours in conf.d, with all the Includes that Debian has commented out', () => {
    const files = {
      ...DEBIAN,
      '/etc/proftpd/proftpd.conf': DEBIAN['/etc/proftpd/proftpd.conf']!.replaceAll('#Include /etc', 'Include /etc'),
      '/etc/proftpd/conf.d/forensics.conf':
        '<IfModule mod_log_forensic.c>\n  ForensicLogEngine on\n  ForensicLogFile /var/log/proftpd/forensic.log\n</IfModule>\n',
    };
    const configuration = parseConfiguration('/etc/proftpd/proftpd.conf', new MemoryFiles(files), OPTIONS);
    expect(configuration.mainServer.directives.map(({ place }) => `${place.file}:${place.line}`)).toEqual([
      '/etc/proftpd/conf.d/forensics.conf:2',
      '/etc/proftpd/conf.d/forensics.conf:3',
    ]);
  });
});

describe('ProFTPD’s other directives', () => {
  const names = readFileSync(`${FIXTURES}proftpd-directives.txt`, 'utf8').trim().split('\n');

  it('are none taken for a misspelt one of ours', () => {
    expect(names.length).toBeGreaterThan(400);
    expect(names.filter((name) => misspeltDirective(name) !== undefined)).toEqual([]);
  });

  it('are all read over', () => {
    const own = /^(Port|Server(Name|Alias)|Default(Server|Address)|Include|<.*)$/;
    const { mainServer, warnings } = parse(
      names
        .filter((name) => !own.test(name))
        .map((name) => `${name} some words`)
        .join('\n'),
    );
    expect([mainServer.directives, warnings]).toEqual([[], []]);
    expect(mainServer.place.file).toBe(FILE);
  });
});
