import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LOG_TYPE_NAMES, logTypeOf } from '@fleet-forensics/shared/wire/log-type';
import type { SessionContext } from '@fleet-forensics/shared/wire/session-event';
import { blockText } from './block-text.ts';
import { blockHeader, blockId, messageList, type Line } from './block.fixture.ts';

const CAPTURES = join(import.meta.dirname, '../../../test/fixtures/blocks');

const CRITERIA: Record<string, string> = {
  'FAILED LOGIN': 'FailedLogin',
  'UNTIMELY DEATH': 'UntimelyDeath',
  'MODULE CONFIG': 'ModuleConfig',
};

const TEXTS: Record<string, keyof SessionContext> = {
  'Client-Address': 'clientAddress',
  'Server-Address': 'serverAddress',
  Protocol: 'protocol',
  User: 'user',
  UNIQUE_ID: 'uniqueId',
};

const NUMBERS: Record<string, keyof SessionContext> = {
  Elapsed: 'elapsedMs',
  UID: 'uid',
  GID: 'gid',
  'Raw-Bytes-In': 'rawBytesIn',
  'Raw-Bytes-Out': 'rawBytesOut',
  'Total-Bytes-In': 'totalBytesIn',
  'Total-Bytes-Out': 'totalBytesOut',
  'Total-Files-In': 'totalFilesIn',
  'Total-Files-Out': 'totalFilesOut',
};

/** Reads a block of mod_log_forensic back into what a node would have published. Bytes as latin1. */
function parseCapture(captured: string): { criterion: string; context: SessionContext; lines: Line[] } {
  const shape = /^-----BEGIN (.+) FORENSICS-----\n([^]*?)\n\n([^]*)-----END \1 FORENSICS-----\n$/;
  const [, marker, headers, body] = shape.exec(captured) ?? [];
  const prefix = new RegExp(`^\\[(${LOG_TYPE_NAMES.join('|')}):(\\d+)(?:, PID (\\d+))?\\] `);
  const lines = body!
    .replace(/\n$/, '')
    .split(new RegExp(`\\n(?=\\[(?:${LOG_TYPE_NAMES.join('|')}):)`))
    .map((message) => {
      const [whole, type, level, pid] = prefix.exec(message)!;
      return { type: logTypeOf(type!)!, level: Number(level), pid: Number(pid ?? 0), text: message.slice(whole.length) };
    });
  return { criterion: CRITERIA[marker!]!, context: parseHeaders(headers!), lines };
}

function parseHeaders(headers: string): SessionContext {
  const pairs = headers.split('\n').map((header) => {
    const [name, value] = header.split(/: (.*)/s) as [string, string];
    return name in TEXTS ? [TEXTS[name], value.replace(/\0$/, '')] : [NUMBERS[name], Number(value)];
  });
  return Object.fromEntries(pairs) as SessionContext;
}

/** The documented differences: docs/FORMAT.md, What differs from mod_log_forensic. */
function withoutDefects(captured: string): string {
  const noNul = captured.replace(/^(UNIQUE_ID: [^\0\n]*)\0$/m, '$1');
  const blank = noNul.indexOf('\n\n') + 1;
  const folded = noNul.slice(blank + 1).replace(/\n(?!\[(?:Unspec|\w+Log|syslog):|-----END |$)/g, '\n\t');
  return noNul.slice(0, blank + 1) + folded.replaceAll('\r', '\\x0d');
}

describe('the compatible format', () => {
  const captures = ['1a_failed_login', '1b_unknown_user', '1e_sigTERM', '1f1_wrap2_user', '1j_xfer_then_TERM'];
  it.each(captures)('is byte for byte what mod_log_forensic wrote, but for its documented defects: %s', (name) => {
    const captured = readFileSync(join(CAPTURES, `${name}.forensic.log`), 'latin1');
    const { criterion, context, lines } = parseCapture(captured);
    const plain = blockHeader(lines.length);
    const header = { ...plain, formats: ['compatible'], context, criterion: { ...plain.criterion, name: criterion } };
    const text = blockText(blockId(name), header, messageList(lines)).toString('latin1');
    expect(lines.length).toBeGreaterThan(100);
    expect(text).toBe(withoutDefects(captured));
  });
});
