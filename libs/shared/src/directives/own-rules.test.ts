import { describe, expect, it } from 'vitest';
import { MAX_NODE_SECTIONS, MAX_SECTION_DEPTH, MAX_VIRTUAL_HOSTS } from './limits.ts';
import { FILE, parse, problemsOf } from './memory-files.fixture.ts';

const inside = (section: string, ...lines: string[]): string =>
  [`<${section}>`, ...lines, `</${section.split(' ')[0]}>`].join('\n');

describe('beyond upstream, so that a slip of the pen is not taken for a policy', () => {
  it.each([
    ['ForensicLogEngine on off', 'ForensicLogEngine: wrong number of parameters: one is expected, "off" is too much'],
    ['ForensicLogFile /var/log/my file', 'ForensicLogFile: wrong number of parameters: one is expected, "file" is too much'],
    ['ForensicLogBufferSize -5', 'ForensicLogBufferSize: size must be greater than zero'],
    ['ForensicLogBufferSize 100001', 'ForensicLogBufferSize: 100001 is not valid: expected 1 to 100000 (messages)'],
    ['ForensicLogFile /a/../b', 'ForensicLogFile: "/a/../b" is not valid: expected an absolute path without . or ..'],
    ['ForensicLogFile /var/log/', 'ForensicLogFile: "/var/log/" is not valid'],
    [`ForensicLogFile /${'x'.repeat(256)}`, 'names of at most 255 characters'],
    ['ForensicLogFile "/a\tb"', 'no control characters'],
    ['ForensicLogFile /%{nod}.log', 'ForensicLogFile: unknown variable: %{nod}; did you mean %{node}?'],
    ['ForensicLogFile /%{pid}.log', 'ForensicLogFile: unknown variable: %{pid}'],
    ['ForensicLogFormat', 'ForensicLogFormat: wrong number of parameters'],
    ['ForensicLogFormat json', 'ForensicLogFormat: unknown format: json'],
    ['ForensicLogFormat extnded', 'ForensicLogFormat: unknown format: extnded; did you mean extended?'],
    ['ForensicLogCriteria FailedLogn', 'ForensicLogCriteria: unknown criterion: FailedLogn; did you mean FailedLogin?'],
    ['ForensicLogCapture Tracelogs', 'ForensicLogCapture: unknown log type: Tracelogs; did you mean TraceLog?'],
    ['ForensicLogFil /x', "unknown configuration directive 'ForensicLogFil'; did you mean ForensicLogFile?"],
    ['ForensicCriteria x', "unknown configuration directive 'ForensicCriteria'; did you mean ForensicLogCriteria?"],
    ['forensiclogbuffersise 7', "unknown configuration directive 'forensiclogbuffersise'; did you mean ForensicLogBufferSize?"],
    ['FornesicLogFile /x', "unknown configuration directive 'FornesicLogFile'; did you mean ForensicLogFile?"],
    ['<Node x', "unknown configuration directive '<Node'; did you mean <Node>?"],
    ['<Node>\n</Node>', '<Node>: wrong number of parameters'],
    [inside('Node a', inside('Node b')), '<Node>: directive not allowed in <Node> context'],
    [inside('Node a', 'Port 2121'), 'Port: directive not allowed in <Node> context'],
    [inside('Node a', inside('Global', 'Port 2121')), 'Port: directive not allowed in <Node> context'],
    [inside('Directory /', inside('Node b')), '<Node>: directive not allowed in <Directory> context'],
    [inside('Directory /', inside('Global')), '<Global>: directive not allowed in <Directory> context'],
    [inside('VirtualHost a', inside('VirtualHost b')), '<VirtualHost>: directive not allowed in <VirtualHost> context'],
    [inside('VirtualHos a', 'ForensicLogEngine on'), 'not allowed in <VirtualHos> context; did you mean <VirtualHost>?'],
    [inside('IfUser a', 'ForensicLogEngine on'), 'ForensicLogEngine: directive not allowed in <IfUser> context'],
    ['<Limit ALL>\n</Directory>\n</Limit>', '</Directory>: directive not allowed in <Limit> context'],
    [inside(`VirtualHost ${'x'.repeat(255)}`), '<VirtualHost>: its address and name have more than 256 bytes'],
    [`ForensicLogFile /${'x'.repeat(4095)}`, 'the line is longer than 4095 bytes, where ProFTPD cuts it'],
  ])('%j: %s', (text, problem) => {
    const [first, ...others] = problemsOf(text);
    expect(first).toContain(problem);
    expect(others).toEqual([]);
  });

  it('a directive that is given twice names the line of the first', () => {
    const text = 'ForensicLogEngine on\nForensicLogFile /x\nforensiclogengine off';
    expect(problemsOf(text)).toEqual([`${FILE}:3: ForensicLogEngine: given twice (first on ${FILE}:1)`]);
    const global = `${inside('Global', 'ForensicLogFile /x')}\n${inside('Global', 'ForensicLogFile /y')}`;
    expect(problemsOf(global)).toEqual([`${FILE}:5: ForensicLogFile: given twice (first on ${FILE}:2)`]);
  });

  it('the same directive of another server, or for other nodes, is no repetition', () => {
    const on = 'ForensicLogEngine on';
    expect(
      problemsOf([on, inside('Global', on), inside('VirtualHost a', on), inside('Node a', on), inside('Node a', on)].join('\n')),
    ).toEqual([]);
  });

  it('everything that is wrong is told at once, each with its place', () => {
    const text = 'ForensicLogEngine x\nInclude /more.conf\nForensicLogFile y\n<Global>';
    expect(problemsOf(text, { '/more.conf': '\nForensicLogBufferSize 0\n' })).toEqual([
      `${FILE}:1: ForensicLogEngine: expected Boolean parameter, not "x"`,
      '/more.conf:2: ForensicLogBufferSize: size must be greater than zero',
      `${FILE}:3: ForensicLogFile: must be an absolute path, not "y"`,
      `${FILE}:4: <Global>: unclosed configuration section`,
    ]);
  });

  it('of very many problems the first are told and the others counted', () => {
    const problems = problemsOf('ForensicLogEngine x\n'.repeat(5000));
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toBe('and 4900 more');
  });

  it('sections are bounded', () => {
    const open = Array.from({ length: MAX_SECTION_DEPTH + 1 }, () => '<Limit ALL>').join('\n');
    expect(problemsOf(open)[0]).toContain(`<Limit>: more than ${MAX_SECTION_DEPTH} sections are open`);
    const nodes = '<Node a>\n</Node>\n';
    expect(problemsOf(nodes.repeat(MAX_NODE_SECTIONS))).toEqual([]);
    expect(problemsOf(nodes.repeat(MAX_NODE_SECTIONS + 1))[0]).toContain(`<Node>: there are more than ${MAX_NODE_SECTIONS}`);
    const hosts = '<VirtualHost 192.0.2.1>\n</VirtualHost>\n';
    expect(problemsOf(hosts.repeat(MAX_VIRTUAL_HOSTS))).toEqual([]);
    const more = problemsOf(hosts.repeat(MAX_VIRTUAL_HOSTS + 1))[0];
    expect(more).toContain(`<VirtualHost>: there are more than ${MAX_VIRTUAL_HOSTS}`);
  });
});

describe('what is passed over', () => {
  it('with directives of ours in it is told, for the FTP server might not pass over it', () => {
    const text = `${inside('IfModule mod_tls.c', 'TLSEngine on', 'ForensicLogEngine on', 'ForensicLogFile /x')}\n${inside('IfModule mod_sql.c', 'SQLEngine on')}`;
    expect(parse(text).warnings).toEqual([
      `${FILE}:1: <IfModule mod_tls.c>: 2 directives in it are passed over: neither a LoadModule nor FF_POLICY_MODULES names mod_tls.c`,
    ]);
    expect(parse(inside('IfDefine EU', 'ForensicLogEngine on')).warnings[0]).toContain(
      'neither a Define nor FF_POLICY_DEFINES names EU',
    );
    expect(parse(inside('IfModule !mod_log_forensic.c', 'ForensicLogEngine on')).warnings).toEqual([]);
  });

  it('is not passed over where a setting or the configuration itself says that it is there', () => {
    const tls = inside('IfModule mod_tls.c', 'ForensicLogEngine on');
    const eu = inside('IfDefine EU', 'ForensicLogFile /x');
    const counts = [
      parse(`${tls}\n${eu}`),
      parse(`LoadModule mod_tls.c\nDefine EU\n${tls}\n${eu}`),
      parse(`${tls}\n${eu}`, {}, { defines: ['EU'], modules: ['mod_tls.c'] }),
    ].map(({ mainServer }) => mainServer.directives.length);
    expect(counts).toEqual([0, 2, 2]);
  });
});
