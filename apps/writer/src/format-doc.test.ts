import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { blockText } from './block-text.ts';
import { blockHeader, blockId, messageList } from './block.fixture.ts';

it("docs/FORMAT.md shows a block as the writer writes it, so that an admin's script can be built from it", () => {
  const document = readFileSync(join(import.meta.dirname, '../../../docs/FORMAT.md'), 'utf8');
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
  const shown = /```text\n([^]*?)```/.exec(document)?.[1];
  expect(shown).toBe(blockText(blockId('a'), header, messages).toString());
});
