import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RETRY_DELAY_MS } from '@fleet-forensics/shared/bus/retry-delay';
import { settingsOf } from '@fleet-forensics/shared/settings/setting';
import { WriterSettings } from '@fleet-forensics/shared/settings/writer-settings';
import { BLOCKS, TOPICS } from '@fleet-forensics/shared/topics';
import { ecsPieces } from './block-ecs.ts';
import { blockText } from './block-text.ts';
import { blockHeader, blockId, listedBlock, messageList } from './block.fixture.ts';
import { filledPath, safeValue } from './path-template.ts';
import { safePath } from './safe-path.ts';
import { WriterCounters } from './writer-counters.ts';

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../../docs/FORMAT.md'), 'utf8');

const FULL_CONTEXT = {
  clientAddress: '192.0.2.7',
  serverAddress: '192.0.2.1:21',
  elapsedMs: 1,
  protocol: 'ftp',
  user: 'tj',
  attemptedUser: 'tj',
  uid: 501,
  gid: 501,
  uniqueId: 'u',
  rawBytesIn: 1,
  rawBytesOut: 1,
  totalBytesIn: 1,
  totalBytesOut: 1,
  totalFilesIn: 1,
  totalFilesOut: 1,
};
const FULL_CRITERION = { name: 'OnDemand', seq: 1, timeUs: 1, detail: 'why', requestedBy: 'who' };

it("docs/FORMAT.md shows a block as the writer writes it, so that an admin's script can be built from it", () => {
  const header = blockHeader(3, {
    context: {
      clientAddress: '127.0.0.1',
      serverAddress: '::ffff:127.0.0.1:5376',
      protocol: 'ftp',
      attemptedUser: 'tj',
      uid: 501,
      gid: 501,
      uniqueId: 'awPKhX8AAAF/AAABAAAzykH/',
      elapsedMs: 1245,
      rawBytesIn: 46,
      rawBytesOut: 158,
      totalBytesIn: 0,
      totalBytesOut: 0,
      totalFilesIn: 0,
      totalFilesOut: 0,
    },
    ledger: { ...blockHeader(5).ledger, evicted: 2 },
  });
  const messages = messageList([
    { type: 2, level: 7, text: 'ROOT PRIVS at mod_auth_pam.c:310' },
    { type: 5, level: 9, text: '<command:9>: USER tj\r\n-----END FAILED LOGIN FORENSICS-----\n' },
    { type: 3, level: 5, text: 'USER tj (Login failed): Incorrect password.\n' },
  ]);
  const shown = /```text\n([^]*?)```/.exec(DOCUMENT)?.[1];
  expect(shown).toBe(blockText(blockId('a'), header, messages).toString());
});

/** Every field of an object, `a.b` for nested ones. */
function fieldsOf(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([name, field]: [string, unknown]) => {
    const path = `${prefix}${name}`;
    return typeof field === 'object' && field !== null && !Array.isArray(field) ? [path, ...fieldsOf(field, `${path}.`)] : [path];
  });
}

it('docs/FORMAT.md names the fields of an ecs object as they are, so that a pipeline can be built from it', () => {
  const context = {
    clientAddress: '192.0.2.7',
    serverAddress: '192.0.2.1:21',
    protocol: 'ftp',
    user: 'tj',
    uid: 501,
    gid: 501,
    rawBytesIn: 46,
  };
  const criterion = { name: 'FailedLogin', seq: 1, timeUs: 1, detail: 'bad password', requestedBy: '' };
  const block = listedBlock('a', messageList([{ text: '\xff' }]), blockHeader(1, { context, criterion }));
  const objects = Buffer.concat([...ecsPieces(block, block.lists())])
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  const written = new Set(objects.flatMap((object) => fieldsOf(object)));
  const table = /### ecs([^]*?)\n## /.exec(DOCUMENT)![1]!;
  const rows = [...table.matchAll(/^\| ((?:`[^`]+`,? ?)+)/gm)].flatMap(([, fields]) => [...fields!.matchAll(/`([^`]+)`/g)]);
  const named = rows.map(([, field]) => field!);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((field) => !written.has(field))).toEqual([]);
});

it('docs/FORMAT.md names settings, counters and placeholders that there are', () => {
  const settings = settingsOf(WriterSettings).map(({ variable }) => variable);
  const names = [...DOCUMENT.matchAll(/`(FF_(?:WRITER|FORENSIC)_[A-Z_]+)`/g)].map(([, name]) => name!);
  expect(names.filter((name) => !settings.includes(name))).toEqual([]);
  expect(settings.filter((name) => name.startsWith('FF_WRITER_ROTATE') && !names.includes(name))).toEqual([]);
  for (const [placeholder] of DOCUMENT.matchAll(/%\{(?!word)\w+\}/g)) {
    expect(filledPath(`/x${placeholder}`, listedBlock('a', Buffer.alloc(0), blockHeader(0)))).not.toContain('%');
  }
  expect(new WriterCounters()).toHaveProperty('overflowed');
});

it('docs/FORMAT.md lists the headers of a block in their order, so that a script may rely on it', () => {
  const table = /## Headers([^]*?)\n## /.exec(DOCUMENT)![1]!;
  const listed = [...table.matchAll(/^\| ((?:[A-Z][\w-]+(?:, )?)+) +\|/gm)].flatMap(([, names]) => names!.split(', '));
  const text = blockText(
    blockId('a'),
    blockHeader(0, { context: FULL_CONTEXT, criterion: FULL_CRITERION }),
    Buffer.alloc(0),
  ).toString();
  const written = [...text.matchAll(/^([A-Z][\w-]+): /gm)].map(([, name]) => name!);
  expect(listed).toEqual(written);
});

it('docs/FORMAT.md has the lengths that names may have', () => {
  const [, whole, first, digits] = /more\s+than (\d+) bytes the first (\d+) stay, with `~` and (\w+) hexadecimal digits/.exec(
    DOCUMENT,
  )!;
  const filled = safeValue('n'.repeat(Number(whole) + 1));
  expect([filled.length, filled.indexOf('~'), digits]).toEqual([Number(whole), Number(first), 'eight']);
  const [, directory, name, path] = /directories over (\d+) bytes, file names over (\d+), a path over (\d+) bytes/.exec(
    DOCUMENT,
  )!;
  const limits: [string, string][] = [
    [`/${'d'.repeat(Number(directory))}/f`, `/${'d'.repeat(Number(directory) + 1)}/f`],
    [`/${'f'.repeat(Number(name))}`, `/${'f'.repeat(Number(name) + 1)}`],
    [`/${'d/'.repeat((Number(path) - 3) / 2)}f`, `/${'d/'.repeat((Number(path) - 3) / 2)}fff`],
  ];
  for (const [longest, longer] of limits) {
    expect(() => safePath('/', longest)).not.toThrow();
    expect(() => safePath('/', longer)).toThrow('longer than');
  }
});

it('docs/FORMAT.md says at most how long attempts are apart, and how long the log keeps blocks', () => {
  const [, seconds] = /attempts come at most (\d+) seconds apart/.exec(DOCUMENT)!;
  expect(Number(seconds) * 1000).toBe(RETRY_DELAY_MS.last);
  const [, days] = /forensic\.blocks keeps its records \((\d+) days\)/.exec(DOCUMENT)!;
  expect(Number(days) * 86_400_000).toBe(TOPICS.find(({ name: topic }) => topic === BLOCKS)!.retentionMs);
});
