import { describe, expect, it } from 'vitest';
import { CriterionNames } from '../policy/criterion-names.ts';
import { readRule } from './detection-rule.ts';
import { DetectionRules } from './detection-rules.ts';
import { RuleFields } from './rule-fields.ts';

const CRITERIA = new CriterionNames(['FailedLogin', 'Quota']);
const SYSLOG = 2;

function rulesOf(...fields: readonly Partial<RuleFields>[]): DetectionRules {
  const rules = fields.map((of, index) => {
    const read = readRule(Object.assign(new RuleFields(), { name: `rule ${index}`, ...of }), CRITERIA);
    if ('problems' in read) throw new Error(read.problems.join());
    return read.rule;
  });
  return new DetectionRules(rules);
}

function detect(rules: DetectionRules, text: string | Buffer, type: 0 | 2 = SYSLOG) {
  // Behind other bytes and in front of others: neither may be looked at.
  const line = Buffer.from(text as string);
  const bytes = Buffer.concat([Buffer.from('FAIL'), line, Buffer.from('FAIL')]);
  return rules.detect(type, bytes, 4, 4 + line.length);
}

describe('detection rules', () => {
  it('find nothing in a line that none of them is about', () => {
    const rules = rulesOf({ match: 'FAIL', criterion: 'FailedLogin', types: ['syslog'] });
    expect(detect(rules, 'OK LOGIN')).toBeNull();
    expect(detect(rules, 'FAIL LOGIN', 0)).toBeNull();
    expect(detect(rules, 'FAIL LOGIN')).toEqual({ context: {}, criterion: { name: 'FailedLogin', rule: 'rule 0' } });
    expect(detect(rulesOf(), 'FAIL LOGIN')).toBeNull();
  });

  it('together say what a line means: the first criterion, the first end, and all that is known', () => {
    const rules = rulesOf(
      { match: '(?P<user>\\w+) is over', end: 'quota' },
      { match: 'over quota', criterion: 'Quota' },
      { match: 'from (?P<clientAddress>\\S+)( by (?P<attemptedUser>\\w+))?', criterion: 'FailedLogin' },
    );
    expect(detect(rules, 'tj is over quota from 192.0.2.17')).toEqual({
      context: { user: 'tj', clientAddress: '192.0.2.17' },
      criterion: { name: 'Quota', rule: 'rule 1' },
      end: 'quota',
    });
  });

  it('match UTF-8 by its characters, and any other line by its bytes', () => {
    const rules = rulesOf({ match: '^user (?P<user>.{3}) failed$', criterion: 'FailedLogin' });
    expect(detect(rules, 'user tëj failed')?.context).toEqual({ user: 'tëj' });
    // As every header of a block shows bytes that are no UTF-8.
    expect(detect(rules, Buffer.from('user t\xebj failed', 'latin1'))?.context).toEqual({ user: 't\\xebj' });
    expect(detect(rulesOf({ match: '\\x00', criterion: 'Quota' }), 'a\0b')?.criterion?.name).toBe('Quota');
  });

  it('cut what a context can not hold', () => {
    const rules = rulesOf({ match: 'USER (?P<user>.*)' });
    expect(Buffer.byteLength(detect(rules, `USER ${'ë'.repeat(500)}`)!.context.user!)).toBe(256);
  });

  it('look at the first 4096 bytes of a line, without cutting a character in two', () => {
    const rules = rulesOf({ match: 'FAIL', criterion: 'FailedLogin' }, { match: '^(?P<user>ë).*ë$' });
    expect(detect(rules, `${'x'.repeat(4092)}FAIL and more`)?.criterion?.name).toBe('FailedLogin');
    expect(detect(rules, `${'x'.repeat(4093)}FAIL`)).toBeNull();
    for (const filler of ['', 'x', 'xx']) {
      expect(detect(rules, `ë${filler}${'ë'.repeat(4000)}`)).toEqual({ context: { user: 'ë' } });
    }
    expect(detect(rules, Buffer.alloc(5000, 0x80))).toBeNull();
  });

  it('take time in proportion to the line, whatever a client makes the server log', () => {
    const rules = rulesOf({ match: '(a+)+$', criterion: 'Quota' }, { match: '(x+x+)+y', criterion: 'FailedLogin' });
    expect(detect(rules, `${'a'.repeat(4000)}!`)).toBeNull();
    expect(detect(rules, 'x'.repeat(4000))).toBeNull();
  });
});
