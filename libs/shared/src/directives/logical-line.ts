/** A line as ProFTPD reads it: continued lines are joined. */
export interface LogicalLine {
  readonly text: string;
  /** Of its first line in the file, from 1. */
  readonly line: number;
}

const COMMENT = /^\s*#/;

/**
 * The lines of a configuration file that say something. A backslash at a line's very end continues it on the next one, and is
 * dropped with the line feed; a comment line ends at its own end, whatever it ends in, and one within a continued line is dropped
 * if it is itself continued. Source: `pr_fsio_getline` and `pr_parser_read_line` of ProFTPD 1.3.8. In a file with CR LF nothing is
 * continued: there the backslash does not stand at the end.
 */
export function logicalLines(text: string): LogicalLine[] {
  const lines: LogicalLine[] = [];
  let joined = '';
  let first = 0;
  let number = 0;
  for (const physical of text.split('\n')) {
    number += 1;
    if (first === 0) first = number;
    if (physical.endsWith('\\')) {
      if (!COMMENT.test(physical)) joined += physical.slice(0, -1);
      else if (joined === '') first = 0;
      continue;
    }
    push(lines, joined + physical, first);
    joined = '';
    first = 0;
  }
  push(lines, joined, first);
  return lines;
}

function push(lines: LogicalLine[], joined: string, line: number): void {
  const text = joined.endsWith('\r') ? joined.slice(0, -1) : joined;
  if (text.trim() !== '' && !COMMENT.test(text)) lines.push({ text, line });
}
