import type { ConfigurationFiles } from '@fleet-forensics/shared/directives/configuration-files';
import { nodeNamed } from '@fleet-forensics/shared/directives/configuration';
import { parseConfiguration } from '@fleet-forensics/shared/directives/parse-configuration';
import { resolvePolicy, serversOf } from '@fleet-forensics/shared/directives/resolved-policy';
import { chooseServer } from '@fleet-forensics/shared/directives/server-choice';
import { hasCode } from '@fleet-forensics/shared/error';
import { Choices, drawsOf } from '../simulation/choices.ts';

/** What configurations are made of, right and wrong. */
const PLAIN =
  'ForensicLogEngine ForensicLogBufferSize ForensicLogCapture ForensicLogCriteria ForensicLogFile ForensicLogFormat forensicLogEngin ' +
  'Include Define LoadModule Port ServerName ServerAlias DefaultServer DefaultAddress <VirtualHost </VirtualHost> <Global> </Global> ' +
  '<Node </Node> <IfModule </IfModule> <IfDefine </IfDefine> <Anonymous </Anonymous> > < </ </> <> on off 1024 0 -1 21 65536 1e999 ' +
  '99999999999999999999 syslog TraceLog FailedLogin ecs /x /x/%{node} %{env:A} %{env: %{ %{nod} mod_log_forensic.c !mod_tls.c X !X ' +
  '* 0.0.0.0 :: 192.0.2.1 ftp.example.org ftp-* [ [a- [!] __proto__ /b /d/* /*/c /d';

const WORDS = [
  ...PLAIN.split(' '),
  '"',
  '\\',
  '\\\n',
  '\n',
  '\n',
  '\n',
  '\r\n',
  '#',
  ' ',
  '\t',
  '\0',
  '\u2028',
  '\u{1f600}',
  '\ud800',
];

const SESSIONS = [
  {},
  { serverAddress: '192.0.2.1:21' },
  { serverAddress: '::ffff:192.0.2.1:2121', serverName: 'ftp.example.org' },
  { serverAddress: '[', serverName: 'ftp-1' },
];

/**
 * Reads one made-up configuration, and resolves a few sessions if it is right.
 * @returns whether it was right
 * @throws what a parser must not throw
 */
export function fuzzOne(seed: number): boolean {
  const choices = new Choices(drawsOf(seed));
  const texts = new Map(['/a', '/b', '/d/c'].map((path) => [path, text(choices)]));
  const files: ConfigurationFiles = {
    lookUp: (path) => {
      const found = texts.get(path);
      if (found !== undefined) return { kind: 'file', text: found };
      if (path === '/') return { kind: 'directory', names: ['a', 'b', 'd'] };
      return path === '/d' ? { kind: 'directory', names: ['c'] } : { kind: 'missing' };
    },
  };
  try {
    const configuration = parseConfiguration('/a', files, { environment: { A: '%{env:A}"x' }, defines: ['X'], modules: [] });
    for (const node of ['ftp-1', '']) {
      const servers = serversOf(configuration, nodeNamed(node));
      for (const session of SESSIONS) resolvePolicy(configuration, chooseServer(servers, session), nodeNamed(node));
    }
    return true;
  } catch (error) {
    if (hasCode(error, 'FF_BAD_DIRECTIVES')) return false;
    throw new Error(`seed ${seed}: ${JSON.stringify(Object.fromEntries(texts))}`, { cause: error });
  }
}

/** Words in any order; half of the time with the spaces and sections that make sense of them. */
function text(choices: Choices): string {
  const isTidy = choices.chance(50);
  let written = '';
  for (let left = choices.below(isTidy ? 30 : 60); left > 0; left -= 1) {
    written += isTidy ? line(choices) : choices.pick(WORDS) + (choices.chance(60) ? ' ' : '');
  }
  return written;
}

const LINES = [
  'ForensicLogEngine on\n',
  'ForensicLogFile /var/%{node}\n',
  'ForensicLogCapture syslog "TraceLog"\n',
  'Port 2121\n',
  '<Node ftp-*>\nForensicLogBufferSize 7\n</Node>\n',
  '<VirtualHost 192.0.2.1>\nForensicLogEngine off\n</VirtualHost>\n',
  '<Global>\nForensicLogCriteria ModuleConfig\n</Global>\n',
  'Include /b\n',
  '<IfDefine X>\n',
  '</IfDefine>\n',
  'Umask 022 \\\n',
];

function line(choices: Choices): string {
  return choices.chance(95) ? choices.pick(LINES) : choices.pick(WORDS);
}
