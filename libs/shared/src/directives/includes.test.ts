import { describe, expect, it } from 'vitest';
import { MAX_FILES, MAX_INCLUDE_DEPTH } from './limits.ts';
import { FILE, MemoryFiles, parse, problemsOf } from './memory-files.fixture.ts';
import { parseConfiguration } from './parse-configuration.ts';

const places = (text: string, files: Record<string, string>): string[] =>
  parse(text, files).mainServer.directives.map(({ place, property }) => `${property} ${place.file}:${place.line}`);

const D = {
  '/etc/conf.d/b.conf': 'ForensicLogFile /b',
  '/etc/conf.d/a.conf': '# a\nForensicLogEngine on',
  '/etc/conf.d/.hidden.conf': 'ForensicLogBufferSize 7',
  '/etc/conf.d/c.txt': 'ForensicLogFormat ecs',
};

describe('Include', () => {
  it('of a file reads it in its place, so that errors name it', () => {
    expect(places('ForensicLogFile /x\nInclude /etc/conf.d/a.conf', D)).toEqual([
      `file ${FILE}:1`,
      'engine /etc/conf.d/a.conf:2',
    ]);
  });

  it('of a pattern reads what matches, in order, and not what is hidden', () => {
    expect(places('Include /etc/conf.d/*.conf', D)).toEqual(['engine /etc/conf.d/a.conf:2', 'file /etc/conf.d/b.conf:1']);
    expect(places('Include /etc/conf.?/[ab].conf', D)).toHaveLength(2);
    expect(places('Include /etc/conf.d/*.none', D)).toEqual([]);
  });

  it.each(['/etc/conf.d', '/etc/conf.d/'])('of the directory %s reads all that is in it', (path) => {
    expect(places(`Include ${path}`, D).map((place) => place.split(' ')[0])).toEqual(['bufferSize', 'engine', 'file', 'format']);
  });

  it('within a VirtualHost gives its directives to that', () => {
    const { virtualHosts, mainServer } = parse('<VirtualHost 192.0.2.1>\nInclude /etc/conf.d/a.conf\n</VirtualHost>', D);
    expect([virtualHosts[0]!.directives.length, mainServer.directives.length]).toEqual([1, 0]);
  });

  it('of what is not there is passed over, as ProFTPD does, and told', () => {
    expect(parse('Include /none.conf\nInclude /none/*.conf\nInclude /n*/x/*.conf').warnings).toEqual([
      `${FILE}:1: unable to include '/none.conf': it is not there`,
      `${FILE}:2: unable to include '/none/*.conf': nothing matches it`,
      `${FILE}:3: unable to include '/n*/x/*.conf': nothing matches it`,
    ]);
    expect(parse('Include /etc/conf.?', D).warnings).toEqual([`${FILE}:1: unable to include '/etc/conf.d': it is a directory`]);
  });

  it('of itself ends, and is told once', () => {
    const loop = `Include ${FILE}\n`;
    expect(problemsOf(loop.repeat(3))).toEqual([
      `${FILE}:1: Include: '${FILE}' would be more than ${MAX_INCLUDE_DEPTH} includes deep; does it include itself?`,
    ]);
  });

  it('is bounded in files', () => {
    expect(problemsOf('Include /etc/conf.d/c.txt\n'.repeat(MAX_FILES), { '/etc/conf.d/c.txt': '' })).toEqual([
      `${FILE}:${MAX_FILES}: Include: more than ${MAX_FILES} files are included`,
    ]);
  });

  it('is bounded in bytes, too', () => {
    const big = { '/big.conf': `#${' '.repeat(1000)}\n`.repeat(1000) };
    expect(problemsOf('Include /big.conf\n'.repeat(9), big)).toEqual([
      expect.stringContaining(`${FILE}:9: Include: the files have more than`),
    ]);
  });

  it('is not needed: a configuration may be empty, but it has to be there', () => {
    expect(problemsOf('')).toEqual([]);
    expect(() => parseConfiguration('/none', new MemoryFiles({}), { environment: {}, defines: [], modules: [] })).toThrow(
      expect.objectContaining({ code: 'FF_UNREADABLE_FILE', message: 'cannot read /none: it is not there' }),
    );
  });
});
