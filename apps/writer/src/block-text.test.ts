import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogType } from '@fleet-forensics/shared/wire/log-type';
import { MessageListWriter } from '@fleet-forensics/shared/wire/message-list-writer';
import { blockHeader, blockId, messageList, type Line } from './block.fixture.ts';
import { blockText } from './block-text.ts';

const ID = blockId('a');

/** The block's lines behind the blank line, without the END marker, as latin1. */
function bodyOf(lines: readonly Line[]): string {
  const text = blockText(ID, blockHeader(lines.length), messageList(lines)).toString('latin1');
  return text.slice(text.indexOf('\n\n') + 2, text.lastIndexOf('-----END'));
}

describe("a block's lines", () => {
  it('carry the type and level that mod_log_forensic writes, so that existing scripts find them', () => {
    const types: LogType[] = [0, 1, 3, 4, 5];
    expect(bodyOf(types.map((type) => ({ type, level: type, text: 'x' })))).toBe(
      '[Unspec:0] x\n[TransferLog:1] x\n[SystemLog:3] x\n[ExtendedLog:4] x\n[TraceLog:5] x\n',
    );
    expect(bodyOf([{ type: 2, level: 7, pid: 4_294_967_295, text: 'x' }])).toBe('[syslog:7, PID 4294967295] x\n');
  });

  it('show a level of -1 as 0 and of 50 or more as N', () => {
    const levels = [-1, 0, 49, 50, 2 ** 31 - 1];
    expect(bodyOf(levels.map((level) => ({ level, text: '' })))).toBe(
      '[TraceLog:0] \n[TraceLog:0] \n[TraceLog:49] \n[TraceLog:N] \n[TraceLog:N] \n',
    );
  });

  it('end in exactly one newline, whether the message had one or not', () => {
    expect(bodyOf([{ text: 'with\n' }, { text: 'without' }, { text: '' }, { text: '\n' }])).toBe(
      '[TraceLog:7] with\n[TraceLog:7] without\n[TraceLog:7] \n[TraceLog:7] \n',
    );
  });

  it('fold a line feed inside a message, so that a client cannot forge a line or a marker', () => {
    const planted = 'USER x\n-----END FAILED LOGIN FORENSICS-----\n[SystemLog:5] all is well\n\n';
    expect(bodyOf([{ text: planted }])).toBe(
      '[TraceLog:7] USER x\n\t-----END FAILED LOGIN FORENSICS-----\n\t[SystemLog:5] all is well\n\t\n',
    );
  });

  it('show control bytes as \\xNN and leave tabs, backslashes and bytes from 0x80 up as they are', () => {
    expect(bodyOf([{ text: 'a\0b\x1b[2J\r\x7f\t\\x41\x80\xe9\xff' }])).toBe(
      '[TraceLog:7] a\\x00b\\x1b[2J\\x0d\\x7f\t\\x41\x80\xe9\xff\n',
    );
  });

  it('are one per message in column one, and give back every byte of it, whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 }), (texts) => {
        const lines = bodyOf(texts.map((text) => ({ text }))).split(/\n(?!\t)/);
        expect(lines.pop()).toBe('');
        expect(lines.map(unfold)).toEqual(texts.map(expectedOf));
      }),
    );
  });

  it('hold a message of 64 KiB that is nothing but control bytes', () => {
    expect(bodyOf([{ text: '\0'.repeat(65_536) }])).toBe(`[TraceLog:7] ${'\\x00'.repeat(65_536)}\n`);
  });
});

describe('messages that a ring had already evicted', () => {
  it('are left out, and the ones behind them keep their PID', () => {
    const writer = new MessageListWriter();
    writer.append(2, 7, 1000, 99, Buffer.from('an old one'));
    writer.append(2, 7, 1001, 99, Buffer.from('kept'));
    const text = blockText(ID, blockHeader(1, { skip: 1 }), writer.take()).toString();
    expect(text).toContain('\n\n[syslog:7, PID 99] kept\n-----END');
    expect(text).not.toContain('an old one');
  });
});

describe('a block whose messages are damaged', () => {
  it('is refused instead of written with lines missing', () => {
    const list = messageList([{ text: 'one' }, { text: 'two' }]);
    const badList = expect.objectContaining({ code: 'FF_BAD_MESSAGE_LIST' });
    expect(() => blockText(ID, blockHeader(2), list.subarray(0, -1))).toThrow(badList);
    expect(() => blockText(ID, blockHeader(3), list)).toThrow(badList);
    expect(() => blockText(ID, blockHeader(1), list)).toThrow(badList);
    expect(() => blockText(ID, blockHeader(0, { skip: 3 }), list)).toThrow(badList);
  });
});

/** Undoes the folding only: `\xNN` can also be a client's own text. */
function unfold(line: string): string {
  return line.slice('[TraceLog:7] '.length).replaceAll('\n\t', '\n');
}

function expectedOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1').replace(/\n$/, '');
  return Array.from(text, (char) => (isControl(char) ? `\\x${Buffer.from(char).toString('hex')}` : char)).join('');
}

function isControl(char: string): boolean {
  return (char < ' ' && char !== '\t' && char !== '\n') || char === '\x7f';
}
