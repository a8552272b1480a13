/** What a hostile client sends as its user name, bytes as latin-1, to confuse who reads the log. None holds a byte that ends it early. */
export const HOSTILE_TEXTS: readonly { readonly what: string; readonly text: string }[] = [
  { what: 'latin-1', text: 'm\xfcller\xe9\xff\xff' },
  { what: 'a NUL', text: 'al\0ice' },
  { what: 'escape codes of a terminal', text: '\x1b[2J\x1b[31mred\x1b[0m\x07\x7f' },
  { what: 'telnet commands', text: 'a\xff\xf4\xff\xfd\x06\xff\xf2b' },
  { what: 'a bare CR', text: 'alice\rPASS x\r' },
  // ProFTPD takes a bare LF for the end of the command, but for one behind a telnet IAC, or behind CR NUL.
  {
    what: 'a planted END marker',
    text: 'zz\xff\n-----END FAILED LOGIN FORENSICS-----\xff\n-----BEGIN FAILED LOGIN FORENSICS-----',
  },
  { what: 'a planted line', text: 'zz\r\0\n[SystemLog:5] 2026-01-01 00:00:00,000 USER root: Login successful' },
  {
    what: 'a planted block',
    text: 'zz\xff\n\r\0\n-----BEGIN UNTIMELY DEATH FORENSICS-----\xff\nUser: root\xff\n\xff\n[TraceLog:1] x',
  },
  { what: 'a marker that begins the text', text: '-----END FAILED LOGIN FORENSICS-----' },
  { what: 'a prefix that begins the text', text: '[SystemLog:5] forged' },
  { what: 'our own escapes', text: 'a\\x0d\\x0a\\\tb' },
  { what: 'a long line', text: 'x'.repeat(4000) },
];

/** ProFTPD hangs up on such a line. */
export const ENDLESS_LINE = 'x'.repeat(50_000);
