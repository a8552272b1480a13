import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { settingsOf } from '@fleet-forensics/shared/settings/setting';
import { WriterSettings } from '@fleet-forensics/shared/settings/writer-settings';
import { ecsPieces } from './block-ecs.ts';
import { blockText } from './block-text.ts';
import { blockHeader, blockId, listedBlock, messageList } from './block.fixture.ts';
import { filledPath } from './path-template.ts';
import { WriterCounters } from './writer-counters.ts';

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../../docs/FORMAT.md'), 'utf8');

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
