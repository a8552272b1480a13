import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { UPSTREAM_CASES, type UpstreamCase } from '../../libs/shared/src/directives/upstream-cases.fixture.ts';
import { describeProftpd, verdictOf } from './proftpd.ts';

describeProftpd('the table of upstream cases is what ProFTPD says', (modules) => {
  const dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-upstream-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'proftpd.conf');
  const preamble = `ServerName test\nUser nobody\nGroup nogroup\nModulePath ${modules}\nLoadModule mod_log_forensic.c\n`;

  it.each(UPSTREAM_CASES.map((each) => [each.lines.join('\n'), each] as [string, UpstreamCase]))('%j', (text, { error }) => {
    writeFileSync(file, `${preamble}${text}\n`);
    const { isTaken, said } = verdictOf(file);
    expect([isTaken, said]).toEqual([error === null, expect.stringContaining(error ?? '')]);
  });
});
