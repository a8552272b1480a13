import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CriterionNames } from '../policy/criterion-names.ts';
import { DetectionRules } from './detection-rules.ts';
import { readRules } from './rule-file.ts';

const DOC = readFileSync(new URL('../../../../docs/OTHER-SERVERS.md', import.meta.url), 'utf8');
const SYSLOG = 2;

/** What these servers log, with the formats of vsftpd 3.0, pure-ftpd 1.0 and OpenSSH 9. */
const LINES: readonly (readonly [string, object | null])[] = [
  ['CONNECT: Client "192.0.2.17"', null],
  ['[tj] FTP command: Client "192.0.2.17", "PASS <password>"', null],
  [
    '[tj] FAIL LOGIN: Client "192.0.2.17"',
    { criterion: 'FailedLogin', context: { attemptedUser: 'tj', clientAddress: '192.0.2.17' } },
  ],
  ['[tj] OK LOGIN: Client "::1"', { context: { user: 'tj', clientAddress: '::1' } }],
  ['(?@192.0.2.17) [INFO] New connection from 192.0.2.17', null],
  [
    '(?@192.0.2.17) [WARNING] Authentication failed for user [tj]',
    { criterion: 'FailedLogin', context: { attemptedUser: 'tj', clientAddress: '192.0.2.17' } },
  ],
  ['(tj@192.0.2.17) [INFO] Logout.', { end: 'quit', context: { user: 'tj', clientAddress: '192.0.2.17' } }],
  [
    'Failed password for invalid user x from y from 192.0.2.17 port 50000 ssh2',
    { criterion: 'FailedLogin', context: { attemptedUser: 'x from y', clientAddress: '192.0.2.17' } },
  ],
  [
    'Failed publickey for tj from ::1 port 50000 ssh2: RSA SHA256:x',
    { criterion: 'FailedLogin', context: { attemptedUser: 'tj', clientAddress: '::1' } },
  ],
  ['Accepted password for tj from 192.0.2.17 port 50000 ssh2', { context: { user: 'tj', clientAddress: '192.0.2.17' } }],
  ['Disconnected from user tj 192.0.2.17 port 50000', { end: 'quit', context: {} }],
  ['Connection closed by authenticating user tj 192.0.2.17 port 50000 [preauth]', { end: 'quit', context: {} }],
];

describe('docs/OTHER-SERVERS.md', () => {
  let dir: string;
  let rules: DetectionRules;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'rules-'));
    const example = /^rules:\n[^]*?(?=^```)/m.exec(DOC)![0];
    writeFileSync(join(dir, 'rules.yaml'), example);
    rules = new DetectionRules(readRules(join(dir, 'rules.yaml'), new CriterionNames([])));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it.each(LINES)('shows rules that find in %j what it says', (line, expected) => {
    const bytes = Buffer.from(line);
    const found = rules.detect(SYSLOG, bytes, 0, bytes.length);
    expect(found && { ...found, ...(found.criterion && { criterion: found.criterion.name }) }).toEqual(expected);
  });
});
