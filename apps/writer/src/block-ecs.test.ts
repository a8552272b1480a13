import { describe, expect, it } from 'vitest';
import type { BlockHeader } from '@fleet-forensics/shared/wire/block';
import { ecsPieces } from './block-ecs.ts';
import { blockHeader, type Line, listedBlock, messageList } from './block.fixture.ts';

type Document = Record<string, never> & { [field: string]: unknown };

function documentsOf(lines: readonly Line[], changes: Partial<BlockHeader> = {}): Document[] {
  const block = listedBlock('a', messageList(lines), blockHeader(lines.length, changes));
  const text = Buffer.concat([...ecsPieces(block, block.lists())]).toString();
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Document);
}

describe('a block in ECS', () => {
  const context = {
    clientAddress: '::ffff:192.0.2.7',
    serverAddress: '::ffff:192.0.2.1:2121',
    protocol: 'FTPS',
    attemptedUser: 'tj',
    uid: 501,
    gid: 20,
    rawBytesIn: 46,
    rawBytesOut: 158,
  };
  const criterion = { name: 'FailedLogin', seq: 3, timeUs: 1_795_422_257_266_123, detail: 'bad password', requestedBy: '' };
  const lines: Line[] = [{ text: 'USER tj\n' }, { type: 2, level: -1, pid: 0, text: 'two\nlines' }];

  it('opens with what is known of the block, under the names of the schema', () => {
    const [block] = documentsOf(lines, { context, criterion });
    expect(block).toMatchObject({
      '@timestamp': '2026-11-23T08:24:17.266123Z',
      event: {
        kind: 'alert',
        category: ['authentication'],
        action: 'FailedLogin',
        outcome: 'failure',
        sequence: 3,
        reason: 'bad password',
      },
      host: { name: 'ftp-eu-1' },
      client: { address: '::ffff:192.0.2.7', ip: '::ffff:192.0.2.7' },
      server: { ip: '::ffff:192.0.2.1', port: 2121 },
      user: { name: 'tj', id: '501' },
      group: { id: '20' },
      network: { protocol: 'ftps' },
      labels: { block_id: expect.stringMatching(/^[0-9a-f]{32}$/), session: '1795422257266-16044' },
      forensics: { raw_bytes: { in: 46, out: 158 }, ledger: { lines: 2, received: 2, evicted: 0, missing: 0 } },
    });
  });

  it('has an object for each message behind it, in order, with its own time, type, level and process', () => {
    const [, first, second] = documentsOf(lines, { context, criterion });
    expect(first).toMatchObject({
      event: { kind: 'event', action: 'FailedLogin', sequence: 1 },
      log: { logger: 'TraceLog', level: '7' },
      process: { pid: 16_044 },
      message: 'USER tj',
      forensics: { line: 1 },
      labels: { session: '1795422257266-16044' },
    });
    expect(second).toMatchObject({ log: { logger: 'syslog', level: '0' }, message: 'two\nlines', event: { sequence: 2 } });
    expect(first!['@timestamp']).toBe('2026-11-23T08:24:17.266000Z');
    expect(second).not.toHaveProperty('process');
  });

  it('keeps the exact bytes of a message that is not UTF-8, and of no other', () => {
    const [, latin1, utf8] = documentsOf([{ text: 'caf\xe9' }, { text: Buffer.from('café') }]);
    expect(latin1).toMatchObject({
      message: 'caf\uFFFD',
      forensics: { original_base64: Buffer.from('caf\xe9', 'latin1').toString('base64') },
    });
    expect([utf8!['message'], utf8!['forensics']]).toEqual(['café', { line: 2 }]);
  });

  it('makes nothing up: no number where some are missing, no address that is none, no field without a value', () => {
    const ledger = { ...blockHeader(2).ledger, missing: 1 };
    const [block, first] = documentsOf(lines, { ledger, context: { clientAddress: 'ftp.example.com' } });
    expect([block!['client'], block!['user'], block!['server']]).toEqual([{ address: 'ftp.example.com' }, undefined, undefined]);
    expect(first!['event']).not.toHaveProperty('sequence');
  });

  it('is one object a line, whatever the messages hold, also when it comes in many pieces', () => {
    const many = Array.from({ length: 3000 }, (_, index) => ({ text: `line ${index} \n{"}\u2028`.repeat(10) }));
    const documents = documentsOf(many);
    expect(documents).toHaveLength(3001);
    const block = listedBlock('a', messageList(many), blockHeader(3000));
    expect([...ecsPieces(block, block.lists())].length).toBeGreaterThan(2);
  });

  it('is refused if its list holds another number of messages than its header says', () => {
    const block = listedBlock('a', messageList(lines), blockHeader(3));
    expect(() => [...ecsPieces(block, block.lists())]).toThrow(expect.objectContaining({ code: 'FF_BAD_MESSAGE_LIST' }));
  });
});
