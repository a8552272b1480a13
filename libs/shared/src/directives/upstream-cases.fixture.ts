/** What ProFTPD 1.3.8 with its mod_log_forensic makes of a configuration. */
export interface UpstreamCase {
  readonly lines: readonly string[];
  /** Of the line that is wrong, from 1. */
  readonly line: number;
  /** As upstream says it, `ForensicLogEngine: expected Boolean parameter`; null: it takes the configuration. */
  readonly error: string | null;
}

const within = (section: string, line: string, argument = ''): string[] => [
  `<${section}${argument && ` ${argument}`}>`,
  line,
  `</${section}>`,
];

const right = (...lines: string[]): UpstreamCase => ({ lines, line: 0, error: null });
const wrong = (error: string, line: number, ...lines: string[]): UpstreamCase => ({ lines, line, error });

const ENGINE: readonly UpstreamCase[] = [
  ...['on', 'ON', 'yes', 'True', '1', 'off', 'No', 'FALSE', '0'].map((word) => right(`ForensicLogEngine ${word}`)),
  ...['maybe', 'onn', 'o', '2', '""', 'on#'].map((word) =>
    wrong('ForensicLogEngine: expected Boolean parameter', 1, `ForensicLogEngine ${word}`),
  ),
  wrong('ForensicLogEngine: missing parameters', 1, 'ForensicLogEngine'),
  wrong('ForensicLogEngine: missing parameters', 1, 'ForensicLogEngine # on'),
];

const BUFFER_SIZE: readonly UpstreamCase[] = [
  ...['1', '1024', '+5', '" 7"', '007', '100000'].map((word) => right(`ForensicLogBufferSize ${word}`)),
  ...['12a', 'many', '0x10', '1.5', '1k', '" "', '-', '1,024'].map((word) =>
    wrong(`ForensicLogBufferSize: badly formatted number: ${word.replaceAll('"', '')}`, 1, `ForensicLogBufferSize ${word}`),
  ),
  ...['0', '00', '-0', '""'].map((word) =>
    wrong('ForensicLogBufferSize: size must be greater than zero', 1, `ForensicLogBufferSize ${word}`),
  ),
  wrong('ForensicLogBufferSize: missing parameters', 1, 'ForensicLogBufferSize'),
];

const CAPTURE: readonly UpstreamCase[] = [
  ...['Unspec', 'Unknown', 'TransferLog', 'syslog', 'SystemLog', 'ExtendedLog', 'TraceLog', 'TRACELOG', 'Syslog SYSTEMLOG'].map(
    (words) => right(`ForensicLogCapture ${words}`),
  ),
  right('ForensicLogCapture Unspec TransferLog syslog SystemLog ExtendedLog TraceLog'),
  right('ForensicLogCapture TraceLog TraceLog'),
  ...['SQLLog', 'Trace', 'TraceLogs', 'all', '""'].map((word) =>
    wrong(`ForensicLogCapture: unknown log type: ${word.replaceAll('"', '')}`, 1, `ForensicLogCapture syslog ${word}`),
  ),
  wrong('ForensicLogCapture: wrong number of parameters', 1, 'ForensicLogCapture'),
];

const CRITERIA: readonly UpstreamCase[] = [
  ...['FailedLogin', 'UntimelyDeath', 'ModuleConfig', 'failedlogin MODULECONFIG'].map((words) =>
    right(`ForensicLogCriteria ${words}`),
  ),
  right('ForensicLogCriteria FailedLogin UntimelyDeath ModuleConfig'),
  ...['Quota', 'Failed', 'FailedLogins', 'none'].map((word) =>
    wrong(`ForensicLogCriteria: unknown criterion: ${word}`, 1, `ForensicLogCriteria FailedLogin ${word}`),
  ),
  wrong('ForensicLogCriteria: wrong number of parameters', 1, 'ForensicLogCriteria'),
];

const FILE: readonly UpstreamCase[] = [
  right('ForensicLogFile /var/log/forensic.log'),
  right('ForensicLogFile "/var/log/a file.log"'),
  ...['forensic.log', './x', '~/x', '""'].map((word) =>
    wrong('ForensicLogFile: must be an absolute path', 1, `ForensicLogFile ${word}`),
  ),
  wrong('ForensicLogFile: missing parameters', 1, 'ForensicLogFile'),
];

const CONTEXTS: readonly UpstreamCase[] = [
  right(...within('VirtualHost', 'ForensicLogEngine on', '127.0.0.2')),
  right(...within('virtualhost', 'forensicLOGengine on', '127.0.0.2 127.0.0.3')),
  right(...within('Global', 'ForensicLogEngine on')),
  right('<VirtualHost 127.0.0.2>', ...within('Global', 'ForensicLogEngine on'), '</VirtualHost >'),
  right(...within('IfModule', 'ForensicLogEngine on', 'mod_log_forensic.c')),
  right(...within('IfModule', 'ForensicLogEngine maybe', '!mod_log_forensic.c')),
  right(...within('IfModule', 'Nonsense', 'mod_nonsense.c')),
  right(...within('IfDefine', 'ForensicLogEngine maybe', 'NONSENSE')),
  right('Define FORENSICS', ...within('IfDefine', 'ForensicLogEngine on', 'FORENSICS')),
  right('</IfModule>'),
  wrong('ForensicLogEngine: expected Boolean parameter', 2, ...within('IfDefine', 'ForensicLogEngine maybe', '!NONSENSE')),
  wrong(
    'ForensicLogEngine: expected Boolean parameter',
    2,
    ...within('IfModule', 'ForensicLogEngine maybe', 'mod_log_forensic.c'),
  ),
  ...['Anonymous', 'Directory', 'Limit', 'Class'].map((name) =>
    wrong(
      `ForensicLogFile: directive not allowed in <${name}> context`,
      2,
      ...within(name, 'ForensicLogFile /x', name === 'Limit' ? 'LOGIN' : '/x'),
    ),
  ),
  ...['Engine', 'BufferSize', 'Capture', 'Criteria'].map((name) =>
    wrong(
      `ForensicLog${name}: directive not allowed in <Anonymous> context`,
      2,
      ...within('Anonymous', `ForensicLog${name} x`, '/x'),
    ),
  ),
  wrong('ForensicLogFile: missing parameters', 2, ...within('Anonymous', 'ForensicLogFile', '/x')),
  wrong(
    '<VirtualHost>: directive not allowed in <Global> context',
    2,
    '<Global>',
    ...within('VirtualHost', '', '127.0.0.2'),
    '</Global>',
  ),
  wrong('<VirtualHost>: wrong number of parameters', 1, ...within('VirtualHost', '')),
  wrong('<Global>: Too many parameters', 1, ...within('Global', '', 'all')),
  wrong('</Global>: directive not allowed in server config context', 1, '</Global>'),
  wrong('</VirtualHost>: directive not allowed in <Global> context', 2, '<Global>', '</VirtualHost>', '</Global>'),
  wrong('</IfModule>: wrong number of parameters: x', 1, '</IfModule> x'),
  wrong('unclosed configuration section', 1, '<Global>', 'ForensicLogEngine on'),
  wrong('unclosed configuration section', 1, '<VirtualHost 127.0.0.2>'),
  wrong('<IfModule>: unclosed <IfModule> context', 1, '<IfModule mod_nonsense.c>'),
  wrong('<IfDefine>: unclosed <IfDefine> context', 1, '<IfDefine NONSENSE>', '<IfDefine NONSENSE>', '</IfDefine>'),
  wrong('<IfDefine>: missing parameters', 1, '<IfDefine>'),
  wrong('<IfModule>: missing parameters', 1, '<IfModule>'),
];

const SYNTAX: readonly UpstreamCase[] = [
  right('  ForensicLogEngine\ton  # a comment'),
  right('ForensicLog\\', 'Engine \\', '"on"'),
  right('"ForensicLogEngine" "\\on"'),
  right('# ForensicLogEngine \\', 'ForensicLogEngine on'),
  right('ForensicLogEngine \\', '# dropped \\', 'on'),
  right('ForensicLogEngine "on"off'.replace('off', ' # off')),
  right('ForensicLogEngine "on'),
  wrong('ForensicLogEngine: missing parameters', 1, 'ForensicLogEngine \\', '# on', 'ServerName x'),
  wrong('ForensicLogEngine: expected Boolean parameter', 1, "ForensicLogEngine 'on'"),
  wrong('ForensicLogEngine: expected Boolean parameter', 1, 'ForensicLogEngine on"'),
  wrong("unknown configuration directive 'ForensicLogFil'", 1, 'ForensicLogFil /x'),
  wrong("unknown configuration directive 'ForensicEngine'", 1, 'ForensicEngine on'),
  wrong("unknown configuration directive 'ForensikLogEngine'", 1, 'ForensikLogEngine on'),
  wrong("unknown configuration directive '<VirtualHost'", 1, '<VirtualHost 127.0.0.2'),
  wrong("Include: unable to use path for configuration file 'x.conf'", 1, 'Include x.conf'),
  wrong('Include: missing parameters', 1, 'Include'),
  right('Include /nonexistent.conf'),
  right('Include /nonexistent/*.conf'),
  wrong('Port: value must be between 0 and 65535', 1, 'Port 65536'),
  wrong('Port: missing parameters', 1, 'Port'),
  wrong('ServerAlias: wrong number of parameters', 1, 'ServerAlias'),
  wrong('ServerName: directive not allowed in <Global> context', 2, ...within('Global', 'ServerName x')),
  wrong('DefaultServer: expected Boolean parameter', 1, 'DefaultServer maybe'),
];

export const UPSTREAM_CASES: readonly UpstreamCase[] = [
  ...ENGINE,
  ...BUFFER_SIZE,
  ...CAPTURE,
  ...CRITERIA,
  ...FILE,
  ...CONTEXTS,
  ...SYNTAX,
];
