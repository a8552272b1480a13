import { describe, expect, it } from 'vitest';
import { CriterionNames } from '../../../policy/criterion-names.ts';
import type { MessageEvent } from '../../../session-event.ts';
import { EventLine } from './event-line.ts';

const reader = new EventLine({ nameBytes: 16, messageBytes: 100 }, new CriterionNames(['Quota']));

function read(line: string) {
  const bytes = Buffer.from(line);
  const event = reader.read(bytes, 0, bytes.length);
  return event ?? reader.refusal!;
}

const OF = '"node":"n","session":"s"';
const MESSAGE = `${OF},"type":"syslog","level":7,"message":"m"`;

/** An event's members in JSON, the code it is refused with, and what the error has to tell. */
const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  ['', 'missing_key', /one of message messageBase64 open/],
  [OF, 'missing_key', /one of message/],
  [`"node":"n","type":"syslog","message":"m"`, 'missing_key', /session, level: is missing/],
  [`${MESSAGE},"end":"quit"`, 'ambiguous_event', /message and end/],
  [`${MESSAGE},"messageBase64":""`, 'ambiguous_event', /message and messageBase64/],
  [`${OF},"end":"quit","level":3`, 'unexpected_key', /level: does not go with end/],
  [`${OF},"criterion":"FailedLogin","pid":3`, 'unexpected_key', /pid: does not go with criterion/],
  [`${MESSAGE},"levle":1`, 'unknown_key', /"levle"; did you mean level\?/],
  [`${MESSAGE},"__proto__":1`, 'unknown_key', /__proto__/],
  [`${MESSAGE},"${'k'.repeat(5000)}":1`, 'unknown_key', /^.{60,80}$/],
  [`${MESSAGE},"level":7`, 'duplicate_key', /level: is there twice/],
  [`${MESSAGE},"n\\u006fde":"n"`, 'duplicate_key', /node: is there twice/],
  [`"node":5`, 'wrong_type', /node: found "5.*a text is expected/],
  [`${OF},"type":"syslog","level":"7","message":"m"`, 'wrong_type', /level: found .*a number is expected/],
  [`${OF},"type":"syslog","level":7.5,"message":"m"`, 'wrong_type', /level: "7.5" is not an integer/],
  [`${OF},"type":"syslog","level":null,"message":"m"`, 'wrong_type', /level: found "null/],
  [`${OF},"type":["syslog"],"level":7,"message":"m"`, 'wrong_type', /type: found/],
  [`${OF},"type":"syslog","level":7,"message":{"a":1}`, 'wrong_type', /message: found/],
  [`${OF},"type":"syslog","level":7,"message":${'['.repeat(100_000)}`, 'wrong_type', /message: found "\[+…": a text is expected/],
  [`${OF},"keepAlive":false`, 'wrong_type', /keepAlive: found "false.*true is expected/],
  [`${OF},"context":"x"`, 'wrong_type', /context: found .*an object is expected/],
  [`${OF},"context":{"user":7}`, 'wrong_type', /context.user: 7 is not a text/],
  [`${OF},"context":{"uid":"7"}`, 'wrong_type', /context.uid: "7" is not an integer from 0 to 4294967295/],
  [`${OF},"context":{"uid":null}`, 'wrong_type', /context.uid: found "null/],
  [`${OF},"context":{"uid":-1}`, 'number_out_of_range', /context.uid: -1/],
  [`${OF},"context":{"gid":4294967296}`, 'number_out_of_range', /context.gid/],
  [`${OF},"open":{"totalBytesIn":9007199254740992}`, 'number_out_of_range', /totalBytesIn/],
  [`${OF},"context":{"usr":"x"}`, 'unknown_key', /"usr"; did you mean user\?/],
  [`${OF},"context":{"constructor":"x"}`, 'unknown_key', /constructor/],
  [`${OF},"context":{"__proto__":{}}`, 'unknown_key', /__proto__/],
  [`${OF},"context":{"user":"x","user":"x"}`, 'duplicate_key', /context."user": is there twice/],
  [`${OF},"context":{"user":{}}`, 'too_deep', /context.user/],
  [`${OF},"context":{"user":${'[{"a":'.repeat(100_000)}`, 'too_deep', /context.user/],
  [`${OF},"context":{"user":"${'x'.repeat(17)}"}`, 'name_too_long', /context.user: has 17 bytes: at most 16/],
  [`${OF},"type":"syslog","level":-2,"message":"m"`, 'number_out_of_range', /level: "-2" is out of range: -1 to 2147483647/],
  [`${OF},"type":"syslog","level":2147483648,"message":"m"`, 'number_out_of_range', /level/],
  [`${OF},"type":"syslog","level":1e400,"message":"m"`, 'number_out_of_range', /level: "1e400"/],
  [`${MESSAGE},"pid":4294967296`, 'number_out_of_range', /pid/],
  [`${MESSAGE},"seq":0`, 'number_out_of_range', /seq: "0" is out of range: 1 to/],
  [`${MESSAGE},"seq":9007199254740993`, 'number_out_of_range', /seq/],
  [`${MESSAGE},"time":-1`, 'number_out_of_range', /time/],
  [`${OF},"dropped":-1`, 'number_out_of_range', /dropped/],
  [`${OF},"open":{},"keepAliveS":86401`, 'number_out_of_range', /keepAliveS/],
  [`${MESSAGE},"time":"${'9'.repeat(65)}"`, 'bad_time', /time: has 65 bytes: at most 64/],
  [`${MESSAGE},"time":"yesterday"`, 'bad_time', /time: "yesterday".*RFC 3339/],
  [`${OF},"type":"sislog","level":7,"message":"m"`, 'unknown_type', /"sislog" is not one of .*; did you mean syslog\?/],
  [`${OF},"type":6,"level":7,"message":"m"`, 'unknown_type', /type: "6"/],
  [`${OF},"type":1.5,"level":7,"message":"m"`, 'unknown_type', /type: "1.5"/],
  [`${OF},"criterion":"FaildLogin"`, 'unknown_criterion', /"FaildLogin"; did you mean FailedLogin\?/],
  [`${OF},"criterion":"quota"`, 'unknown_criterion', /did you mean Quota\?/],
  [`${OF},"criterion":"FailedLogin","detail":"${'x'.repeat(4097)}"`, 'detail_too_long', /detail: has 4097 bytes: at most 4096/],
  [`"node":"","session":"s","end":"quit"`, 'bad_name', /node: is empty/],
  [`"node":"a\\u0000b","session":"s","end":"quit"`, 'bad_name', /node: "a\\u0000b" has a control character/],
  [`"node":"n","session":"\x7f","end":"quit"`, 'bad_name', /session/],
  [`${OF},"end":"a\\nb"`, 'bad_name', /end/],
  [`"node":"${'ü'.repeat(9)}","session":"s","end":"quit"`, 'name_too_long', /node: has 18 bytes: at most 16 are expected/],
  [`"node":"${'x'.repeat(5000)}","session":"s","end":"quit"`, 'name_too_long', /node/],
  [`${OF},"type":"syslog","level":7,"message":"${'x'.repeat(101)}"`, 'message_too_long', /message: has 101 bytes: at most 100/],
  [`${OF},"type":"syslog","level":7,"message":"\\n${'ü'.repeat(50)}"`, 'message_too_long', /message: has 101 bytes/],
  [`${OF},"type":"syslog","level":7,"messageBase64":"${'A'.repeat(136)}"`, 'message_too_long', /messageBase64: has 102 bytes/],
  [`${OF},"type":"syslog","level":7,"messageBase64":"${'A'.repeat(1000)}"`, 'message_too_long', /messageBase64/],
  ...['A', 'AA', 'AA=', 'AB==', 'A===', 'AA==AA==', '_-__', 'AAA A', 'AA==\\n', 'é'].map(
    (text) => [`${OF},"type":"syslog","level":7,"messageBase64":"${text}"`, 'bad_base64', /RFC 4648/] as const,
  ),
  [`${OF},"type":"syslog","level":7,"message":"\\ud83d"`, 'invalid_utf8', /message: holds half of a surrogate pair/],
  [`${OF},"end":"\\udcbe\\ud83d"`, 'invalid_utf8', /end/],
  [`${OF},"type":"syslog","level":07,"message":"m"`, 'bad_json', /a number with a leading zero at byte 51/],
  [`${OF},"type":"syslog","level":-,"message":"m"`, 'bad_json', /a value is expected/],
  [`${OF},"type":"syslog","level":7,"message":"a\tb"`, 'bad_json', /a raw control character 0x09 in a string/],
  [`${OF},"type":"syslog","level":7,"message":"\\x41"`, 'bad_json', /an escape that JSON does not have/],
  [`${OF},"end":quit`, 'bad_json', /a value is expected at byte 33, found "quit}"/],
];

describe('an event line is refused by name, with what was found and what is expected:', () => {
  it.each(REFUSED)('%.60s … %s', (members, code, error) => {
    expect(read(`{${members}}`)).toEqual({ code, error: expect.stringMatching(error) });
  });

  it.each([
    ['nonsense', 'bad_json'],
    ['{', 'bad_json'],
    [`{${MESSAGE}`, 'bad_json'],
    [`{${MESSAGE}}}`, 'bad_json'],
    [`{${MESSAGE},}`, 'bad_json'],
    [`{${MESSAGE}} {}`, 'bad_json'],
    [`{node:"n"}`, 'bad_json'],
    [`{"node" "n"}`, 'bad_json'],
    [`\ufeff{${MESSAGE}}`, 'bad_json'],
    ['null', 'wrong_type'],
    ['"text"', 'wrong_type'],
    ['7', 'wrong_type'],
    ['['.repeat(100_000), 'wrong_type'],
  ])('%.20s', (line, code) => {
    expect(read(line)).toMatchObject({ code });
  });

  it('with an error of bounded length, whatever it found', () => {
    const longest = REFUSED.map(([members]) => read(`{${members}}`)).map((refusal) =>
      'error' in refusal ? refusal.error.length : 0,
    );
    expect(Math.max(...longest)).toBeLessThan(300);
  });
});

describe('a message', () => {
  it('lies in the body itself where it has no escapes, so that none is copied twice', () => {
    const body = Buffer.from(`{${MESSAGE}}`);
    expect(reader.read(body, 0, body.length)).toMatchObject({ kind: 'message', text: body });
  });

  it.each([
    ['"message":""', ''],
    ['"message":"\\u0000\\u001b\\r\\n"', '\0\x1b\r\n'],
    ['"messageBase64":"AP+A"', '\x00\xff\x80'],
    ['"messageBase64":"QUI\\u003d"', 'AB'],
    ['"messageBase64":""', ''],
  ])('keeps its bytes: %s', (member, latin1) => {
    const event = read(`{${OF},"type":0,"level":-1,${member}}`) as MessageEvent;
    expect(Buffer.from(event.text).toString('latin1', event.start, event.end)).toBe(latin1);
  });

  it('has a time in RFC 3339 as in microseconds, and nothing left of the line before it', () => {
    expect(read(`{${MESSAGE},"time":"2026-11-23T11:28:30.000001Z","pid":3,"seq":4}`)).toMatchObject({
      timeUs: Date.UTC(2026, 10, 23, 11, 28, 30) * 1000 + 1,
      pid: 3,
      seq: 4,
    });
    expect(read(`{${MESSAGE}}`)).toMatchObject({ timeUs: 0, pid: 0, seq: 0 });
  });
});

describe('a criterion', () => {
  it.each([
    ['failedlogin', 'FailedLogin'],
    ['ONDEMAND', 'OnDemand'],
    ['Quota', 'Quota'],
  ])('%s is %s', (written, name) => {
    expect(read(`{${OF},"criterion":"${written}"}`)).toMatchObject({
      criterion: { name, seq: 0, timeUs: 0, detail: '', requestedBy: '' },
    });
  });
});
