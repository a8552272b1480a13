import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { ScratchPolicy } from './scratch-policy.fixture.ts';

const sized = (size: number) => `ForensicLogEngine on\nForensicLogFile /x\nForensicLogBufferSize ${size}\n`;

describe('a policy file', () => {
  let scratch: ScratchPolicy;
  afterEach(() => scratch.remove());

  it('that is wrong ends the start, with everything that is wrong', () => {
    scratch = new ScratchPolicy('ForensicLogEngine maybe\nForensicLogFile x\n');
    expect(() => scratch.open()).toThrow(expect.objectContaining({ code: 'FF_BAD_DIRECTIVES' }));
    expect(() => scratch.open()).toThrow(`${scratch.path}:2: ForensicLogFile: must be an absolute path`);
    rmSync(scratch.path);
    expect(() => scratch.open()).toThrow(`cannot read ${scratch.path}: it is not there`);
  });

  it('is put in force whole when it is read again', () => {
    scratch = new ScratchPolicy(sized(1));
    const file = scratch.open();
    scratch.write(sized(2));
    expect(file.policyFor('n', 's', {})?.bufferSize).toBe(1);
    file.reload();
    expect(file.policyFor('n', 's', {})?.bufferSize).toBe(2);
    expect(scratch.counters).toMatchObject({ policyReloads: 1, policyRejected: 0 });
    expect(file.outOfDate).toBeUndefined();
  });

  it.each([
    [
      'wrong',
      (path: ScratchPolicy) => path.write(`${sized(2)}ForensicLogEngine of\nForensicLogCapture x\n`),
      ':4: ForensicLogEngine',
    ],
    ['gone', (path: ScratchPolicy) => rmSync(path.path), 'it is not there'],
  ])('that is %s leaves the old policy in force; that is told, counted, and over with the next good one', (_, spoil, why) => {
    scratch = new ScratchPolicy(sized(1));
    const file = scratch.open();
    spoil(scratch);
    file.reload();
    expect(file.policyFor('n', 's', {})?.bufferSize).toBe(1);
    expect(file.outOfDate).toContain(`policy of ${scratch.path} is out of date: `);
    expect(file.outOfDate).toContain(why);
    expect(file.outOfDate).not.toContain('\n');
    expect(scratch.warnings.join('\n')).toContain('stays as it was');
    scratch.write(sized(3));
    file.reload();
    expect([file.outOfDate, file.policyFor('n', 's', {})?.bufferSize]).toEqual([undefined, 3]);
    expect(scratch.counters).toMatchObject({ policyReloads: 1, policyRejected: 1 });
  });

  it('tells what ProFTPD, too, passes over', () => {
    scratch = new ScratchPolicy('Include /none/x.conf\n');
    scratch.open();
    expect(scratch.warnings).toEqual([`${scratch.path}:1: unable to include '/none/x.conf': it is not there`]);
  });
});
