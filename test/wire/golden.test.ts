import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { GOLDEN, type Golden } from './golden-records.ts';

function fileOf({ name }: Golden): string {
  return fileURLToPath(new URL(`golden/${name}.bin`, import.meta.url));
}

/** A new record's file is made by a run with WRITE_GOLDEN=1; one that exists is never written again. */
if (process.env['WRITE_GOLDEN'] === '1') {
  for (const golden of GOLDEN) if (!existsSync(fileOf(golden))) writeFileSync(fileOf(golden), golden.encoded);
}

describe.each(GOLDEN)('a $name', (golden) => {
  it('is written as the bytes that other versions and languages know', () => {
    expect(golden.encoded.equals(readFileSync(fileOf(golden)))).toBe(true);
  });

  it('written by an earlier version is read with every field', () => {
    expect(golden.decode(readFileSync(fileOf(golden)))).toEqual(golden.value);
  });

  it('cut off anywhere is refused or read as less, never anything but our own error', () => {
    const bytes = readFileSync(fileOf(golden));
    const codes = new Set<unknown>();
    for (let length = 0; length < bytes.length; length++) codes.add(codeOf(() => golden.decode(bytes.subarray(0, length))));
    codes.delete('none');
    expect([...codes]).toEqual(['FF_BAD_RECORD']);
  });
});

function codeOf(action: () => unknown): unknown {
  try {
    action();
    return 'none';
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
}
