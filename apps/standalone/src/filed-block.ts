/** A block as its reader sees it in a forensic file. */
export interface FiledBlock {
  /** E.g. `FAILED LOGIN`. */
  readonly marker: string;
  /** By name, as written. */
  readonly headers: Readonly<Record<string, string>>;
  /** One entry a message, its prefix included; folded lines are joined with their line feed and tab. Bytes as latin-1. */
  readonly lines: readonly string[];
  /** The whole block, bytes as latin-1. */
  readonly text: string;
}

const BEGIN = /^-----BEGIN ([A-Z0-9 ]+) FORENSICS-----$/;

/**
 * Reads a file of blocks, strictly: a byte that belongs to no block, a block that nests or has no end, or a line that no writer
 * of ours writes is an error.
 * @throws Error that names the line
 */
export function parseForensicFile(bytes: Buffer): FiledBlock[] {
  const rows = bytes.toString('latin1').split('\n');
  if (rows.pop() !== '') throw new Error('the file does not end in a newline');
  const blocks: FiledBlock[] = [];
  for (let at = 0; at < rows.length;) {
    const marker = BEGIN.exec(rows[at]!)?.[1];
    if (marker === undefined) throw new Error(`line ${at + 1} is outside of any block: ${rows[at]}`);
    const end = rows.indexOf(`-----END ${marker} FORENSICS-----`, at);
    if (end === -1) throw new Error(`the block at line ${at + 1} has no end`);
    blocks.push(parseBlock(marker, rows.slice(at, end + 1), at));
    at = end + 1;
  }
  return blocks;
}

/** The blocks of a file that a writer is appending to, without the one that is not whole yet. @throws Error as {@link parseForensicFile} */
export function wholeBlocks(bytes: Buffer): FiledBlock[] {
  const last = bytes.lastIndexOf('\n-----END ');
  const end = last < 0 ? -1 : bytes.indexOf('\n', last + 1);
  if (last >= 0 && end < 0) return wholeBlocks(bytes.subarray(0, last + 1));
  return parseForensicFile(bytes.subarray(0, end + 1));
}

function parseBlock(marker: string, rows: readonly string[], at: number): FiledBlock {
  const blank = rows.indexOf('');
  if (blank === -1) throw new Error(`the block at line ${at + 1} has no blank line behind its headers`);
  const headers: Record<string, string> = {};
  for (const row of rows.slice(1, blank)) {
    const colon = row.indexOf(': ');
    if (colon === -1) throw new Error(`the block at line ${at + 1} has a header that is none: ${row}`);
    headers[row.slice(0, colon)] = row.slice(colon + 2);
  }
  const lines: string[] = [];
  for (const row of rows.slice(blank + 1, -1)) {
    if (row.startsWith('\t') && lines.length > 0) lines[lines.length - 1] += `\n${row}`;
    else if (row.startsWith('[')) lines.push(row);
    else throw new Error(`the block at line ${at + 1} has a line without a prefix: ${row}`);
  }
  return { marker, headers, lines, text: `${rows.join('\n')}\n` };
}
