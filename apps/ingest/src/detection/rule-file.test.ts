import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CriterionNames } from '../policy/criterion-names.ts';
import { readRules } from './rule-file.ts';

const CRITERIA = new CriterionNames(['FailedLogin', 'Quota']);

describe('a file of rules', () => {
  let dir: string;
  let file: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'rules-'));
    file = join(dir, 'rules.yaml');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  function read(text: string) {
    writeFileSync(file, text);
    return readRules(file, CRITERIA);
  }

  it('is read with its comments, its criteria in their one spelling and its types by any name', () => {
    const rules = read(`
      # vsftpd
      rules:
        - name: failed
          types: [SYSLOG, unknown]
          match: 'FAIL LOGIN: Client "(?P<clientAddress>[^"]+)"'
          criterion: failedlogin
        - name: over quota
          match: (?i)quota exceeded
          criterion: Quota
          end: quota
    `);
    expect(rules).toMatchObject([
      { name: 'failed', types: [2, 0], criterion: 'FailedLogin', groups: ['clientAddress'] },
      { name: 'over quota', types: [0, 1, 2, 3, 4, 5], criterion: 'Quota', end: 'quota', groups: [] },
    ]);
  });

  it('may hold none, and none need be', () => {
    expect(read('rules: []')).toEqual([]);
    expect(readRules('', CRITERIA)).toEqual([]);
  });

  it('tells everything that is wrong at once: the file, the rule, and what to do', () => {
    const text = `
      rules:
        - { name: a, match: '(x', criterion: FailedLogin }
        - { name: b, match: x, criterion: FailedLogon, colour: red }
        - { name: a, match: x, types: [sislog], criterion: Quota }
        - { match: 'x(?=y)', end: 7 }
        - { name: c, match: '(?P<who>x)', criterion: Quota }
        - { name: d, match: x, criterion: FailedLogon }
        - { name: e, match: x }
        - just text
    `;
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'FF_BAD_RULES' }));
    const lines = [
      `${file}: rule 1 (a): match: error parsing regexp: missing closing ): \`(x\`; the syntax is RE2's, without look-around and back references`,
      'rule 2 (b): colour: is no key of a rule; those are name, types, match, criterion, end',
      'rule 3 (a): types: has to be a list of Unspec, TransferLog, syslog, SystemLog, ExtendedLog, TraceLog',
      'rule 3 (a): another rule has this name; choose one of its own',
      'rule 4: name: has to be a text of 1 to 256 bytes without control characters',
      'rule 4: end: has to be a text of 1 to 256 bytes without control characters',
      'rule 5 (c): match: group who is none of clientAddress, serverAddress, protocol, user, attemptedUser, uniqueId, serverName',
      'rule 6 (d): criterion: no policy names FailedLogon; did you mean FailedLogin?; add it to FF_CRITERIA, or correct it',
      'rule 7 (e): does nothing: give it a criterion, an end or a named group',
      'rule 8: is not a rule: a mapping with name, match and criterion or end is expected',
    ];
    expect(() => read(text)).toThrow(lines.join('\n'));
  });

  it.each([
    ['not YAML', 'rules: [', /is not YAML: /],
    ['a list', '- name: x', /`rules:` and a list below it are expected/],
    ['of more than rules', 'rules: []\nrulez: []', /and nothing else/],
    ['empty', '', /`rules:` and a list/],
    ['too long', `#${'x'.repeat(128 * 1024)}`, /has 131073 bytes; at most 131072/],
    ['nested without end', `rules: ${'['.repeat(400_000)}`, /at most 131072/],
    ['nested as deep as its length allows', `rules: ${'['.repeat(100_000)}`, /is not YAML/],
    [
      'too large to be compiled',
      ['rules:', ...[1, 2].map((rule) => `  - { name: r${rule}, match: '${'x{1000}'.repeat(150)}', end: x }`)].join('\n'),
      /rule 2 \(r2\): match: makes the rules up to here larger than 200000 instructions/,
    ],
    ['of too many rules', `rules: [${'x,'.repeat(1001)}]`, /has 1001 rules; at most 1000/],
  ])('that is %s is refused', (_what, text, error) => {
    expect(() => read(text)).toThrow(error);
  });

  it.each([
    ['a device without an end', () => '/dev/zero'],
    ['a directory', () => dir],
    [
      'a FIFO that nobody writes to',
      () => {
        execFileSync('mkfifo', [file]);
        return file;
      },
    ],
  ])('that is %s is refused at once', (_what, place) => {
    const path = place();
    expect(() => readRules(path, CRITERIA)).toThrow(expect.objectContaining({ code: 'FF_BAD_RULES' }));
    expect(() => readRules(path, CRITERIA)).toThrow(`${path}: is no regular file`);
  });

  it('that is not there is refused, and the setting named', () => {
    expect(() => readRules(join(dir, 'none.yaml'), CRITERIA)).toThrow(
      /none\.yaml: ENOENT.*FF_DETECTION_RULES has to name a file/,
    );
  });
});
