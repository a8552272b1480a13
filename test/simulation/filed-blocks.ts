import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FILINGS } from '@fleet-forensics/shared/topics';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import { decodeFiling } from '@fleet-forensics/shared/wire/codec';
import type { SimulatedLog } from './simulated-log.ts';

/** Where forensic.filings says that a block lies, and what is there. */
export interface FiledBlock {
  readonly id: string;
  readonly filing: Filing;
  readonly text: Buffer;
}

/** What the files hold, as the filings describe it. */
export interface FiledBlocks {
  /** By file, in the order of their places; one for each place that was told of. */
  readonly byFile: ReadonlyMap<string, readonly FiledBlock[]>;
  /** By file below the root: its whole content. */
  readonly contents: ReadonlyMap<string, Buffer>;
}

/** @param root the directory that the files lie below */
export function filedBlocks(log: SimulatedLog, root: string): FiledBlocks {
  const contents = filesBelow(root);
  const places = new Map<string, FiledBlock>();
  for (const { value } of log.everyRecord(FILINGS)) {
    const filing = decodeFiling(value);
    const id = Buffer.from(filing.blockId).toString('hex');
    const { file, offset, length } = filing;
    const text = contents.get(file)?.subarray(offset, offset + length) ?? Buffer.alloc(0);
    places.set(`${id} ${file} ${offset} ${length}`, { id, filing, text });
  }
  const byFile = Map.groupBy(places.values(), ({ filing }) => filing.file);
  for (const filed of byFile.values()) filed.sort((a, b) => a.filing.offset - b.filing.offset);
  return { byFile, contents };
}

/** What each file holds, by its path from the root on: `/a/b` for ROOT/a/b. */
export function filesBelow(root: string): Map<string, Buffer> {
  if (!existsSync(root)) return new Map();
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name)).toSorted();
  return new Map(paths.map((path) => [path.slice(root.length), readFileSync(path)]));
}
