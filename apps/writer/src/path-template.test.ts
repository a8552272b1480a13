import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wholeBlock } from './block.fixture.ts';
import { filledPath, isOwnFile, safeValue } from './path-template.ts';
import { safePath } from './safe-path.ts';

const ID = wholeBlock('a', '/f').id;

describe('a path template', () => {
  it.each([
    ['/forensic.log', '/forensic.log'],
    ['/%{node}/%{date}.log', '/ftp-eu-1/2026-11-23.log'],
    ['/%{criterion}/%{session}', '/FailedLogin/1795422257266-16044'],
    ['/%{block}.log', `/${ID}.log`],
    ['/%{server}.log', '/_.log'],
    ['/100%/%node', '/100%/%node'],
  ])('%j is filled with what the block says', (template, path) => {
    expect(filledPath(template, wholeBlock('a', template))).toBe(path);
  });

  it("takes the criterion's day, in UTC, and the server that was matched", () => {
    const criterion = { name: 'X', seq: 1, timeUs: Date.UTC(2030, 0, 31, 23, 59, 59) * 1000, detail: '', requestedBy: '' };
    const context = { serverName: 'ftp.example.com', serverAddress: '10.0.0.1:21' };
    const block = wholeBlock('a', '/f', { criterion, context });
    expect(filledPath('/%{server}/%{date}', block)).toBe('/ftp.example.com/2030-01-31');
    const unmatched = { ...block, header: { ...block.header, context: { serverAddress: '10.0.0.1:21' } } };
    expect(filledPath('/%{server}', unmatched)).toBe('/10.0.0.1:21');
  });

  it('with an unknown word can never be used, and says which one was meant', () => {
    const refusal = expect.objectContaining({
      code: 'FF_UNSAFE_PATH',
      message: expect.stringContaining('did you mean session?'),
    });
    expect(() => filledPath('/%{sesion}', wholeBlock('a', '/f'))).toThrow(refusal);
  });

  it('gives each block its own file only if it names the block', () => {
    expect(['/%{block}', '/%{session}', '/block'].map(isOwnFile)).toEqual([true, false, false]);
  });
});

describe('a value that the network gave', () => {
  it.each([
    ['../../etc/passwd', '_._.._etc_passwd'],
    ['.hidden', '_hidden'],
    ['..', '_.'],
    ['', '_'],
    ['a\0b\nc\x7f', 'a_b_c_'],
    ['a\u202Eb', 'a_b'],
    ['a\\b', 'a_b'],
    ['ftp-1.example.com', 'ftp-1.example.com'],
    ['\uD800', '_'],
  ])('%j is made safe', (value, safe) => {
    expect(safeValue(value)).toBe(safe);
  });

  it('that is long stays apart from another one with the same beginning', () => {
    const [one, other] = [safeValue(`${'n'.repeat(100)}1`), safeValue(`${'n'.repeat(100)}2`)];
    expect([one.length, other.length, one === other]).toEqual([64, 64, false]);
  });

  it('never changes the shape of a path, whatever it is', () => {
    const root = '/srv/forensic';
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.string({ unit: 'binary', maxLength: 300 }),
        (node, session) => {
          const block = wholeBlock('a', '/logs/%{node}/%{session}', { node, session });
          const path = safePath(root, filledPath(block.header.file, block));
          expect(path.directories).toHaveLength(2);
          expect(path.realPath.startsWith('/srv/forensic/logs/')).toBe(true);
          for (const name of [...path.directories, path.name]) {
            expect(name).not.toMatch(/^\.|[/\p{Cc}]/u);
            expect(Buffer.byteLength(name)).toBeLessThanOrEqual(64);
            expect(name.length).toBeGreaterThan(0);
          }
        },
      ),
    );
  });
});
