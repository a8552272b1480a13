import { Problem } from '../http/problem.ts';

/** Bytes of a request in JSON, unpacked: it is parsed in one go, which takes some 10 ms a MiB. Protobuf has no such bound. */
export const MAX_JSON_BYTES = 4 * 1024 * 1024;

/** Brackets, braces and commas: what the parser makes objects of. A usual request has one in ten bytes. */
const MAX_JSON_TOKENS = 524_288;

/** Brackets and braces inside one another. */
const MAX_JSON_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const OPENS = 1;
const CLOSES = 2;
const SEPARATES = 3;

const KINDS = new Uint8Array(256);
for (const byte of Buffer.from('[{')) KINDS[byte] = OPENS;
for (const byte of Buffer.from(']}')) KINDS[byte] = CLOSES;
for (const byte of Buffer.from(',')) KINDS[byte] = SEPARATES;

/**
 * Looks at a body before it is parsed; whether it is JSON is for the parser to say.
 * @throws Problem 413 if the parser would make too much of it, 400 if it is too deep
 */
export function checkJsonSize(body: Uint8Array): void {
  if (body.length > MAX_JSON_BYTES) throw tooLarge(`is longer than ${MAX_JSON_BYTES} bytes`);
  let depth = 0;
  let tokens = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]!;
    if (byte === QUOTE) {
      at = stringEnd(body, at);
      continue;
    }
    const kind = KINDS[byte]!;
    if (kind === 0) continue;
    if (kind === CLOSES) depth -= 1;
    else tokens += 1;
    if (kind === OPENS) depth += 1;
    if (depth > MAX_JSON_DEPTH) throw tooDeep(at);
    if (tokens > MAX_JSON_TOKENS) throw tooLarge(`holds more than ${MAX_JSON_TOKENS} brackets, braces and commas`);
  }
}

/** Where the quote is that ends the string; the body's end if none does. */
function stringEnd(body: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1;
  return at;
}

function tooLarge(what: string): Problem {
  return new Problem(413, `the JSON body ${what}: send less at once, or protobuf`, { code: 'body_too_long' });
}

function tooDeep(at: number): Problem {
  const detail = `the JSON body has more than ${MAX_JSON_DEPTH} brackets and braces inside one another at byte ${at + 1}`;
  return new Problem(400, detail, { code: 'bad_request' });
}
