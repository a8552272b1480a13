const BYTES_PER_LINE = 16;

/** Bytes as `hexdump -C` shows them: offset, bytes, and what of them is printable ASCII. */
export function hexDump(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += BYTES_PER_LINE) {
    const row = Buffer.from(bytes.subarray(at, at + BYTES_PER_LINE));
    const hex = row
      .toString('hex')
      .replaceAll(/../g, '$& ')
      .padEnd(3 * BYTES_PER_LINE);
    const ascii = row.toString('latin1').replaceAll(/[^ -~]/g, '.');
    text += `${at.toString(16).padStart(8, '0')}  ${hex} |${ascii}|\n`;
  }
  return text;
}
