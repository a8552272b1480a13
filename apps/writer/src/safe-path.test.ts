import { describe, expect, it } from 'vitest';
import { safePath } from './safe-path.ts';

describe("a policy's path", () => {
  it('lies below the root, and has one spelling', () => {
    expect(safePath('/srv/root', '/a//b/forensic.log')).toEqual({
      file: '/a/b/forensic.log',
      realPath: '/srv/root/a/b/forensic.log',
      root: '/srv/root',
      directories: ['a', 'b'],
      name: 'forensic.log',
    });
  });

  it.each([
    ['', 'relative'],
    ['forensic.log', 'relative'],
    ['../etc/passwd', 'relative'],
    ['/', 'names a directory'],
    ['/logs/', 'names a directory'],
    ['/a/../../etc/passwd', 'goes through ".."'],
    ['/./a', 'goes through "."'],
    ['/a\0b', 'NUL'],
    [`/${'é'.repeat(128)}/f`, 'longer than 255 bytes'],
    [`/${'é'.repeat(112)}`, 'longer than 223 bytes'],
    [`/${'a/'.repeat(2045)}log`, 'longer than 4095 bytes'],
  ])('is refused if it could lead elsewhere or nowhere: %j', (file, why) => {
    const refusal = expect.objectContaining({ code: 'FF_UNSAFE_PATH', message: expect.stringContaining(why) });
    expect(() => safePath('/srv/root', file)).toThrow(refusal);
  });

  it('may be as long as a name can be that gets a suffix, a generation and .gz', () => {
    expect(safePath('/srv/root', `/${'a'.repeat(223)}`).file).toHaveLength(224);
  });
});
