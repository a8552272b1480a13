import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ForensicsError } from '@fleet-forensics/shared/error';
import type { BlockCopy } from './block-copy.ts';
import type { SafePath } from './safe-path.ts';
import type { TargetFile } from './target-file.ts';

/** Text that is formatted and written before others get their turn: a large block must not keep the process from its heartbeats. */
const MAX_HELD_BYTES = 16 * 1024 * 1024;

/** Blocks for one file, in order. */
export interface Appendix {
  readonly path: SafePath;
  readonly isOwnFile: boolean;
  readonly copies: readonly BlockCopy[];
}

/** A block's bytes in its file. */
export interface AppendedCopy {
  readonly copy: BlockCopy;
  /** Bytes from the file's start. */
  readonly offset: number;
  readonly length: number;
  readonly sha256: Buffer;
}

/** Sorts copies by file. */
export function appendicesOf(copies: readonly BlockCopy[]): Appendix[] {
  const appendices = new Map<string, { path: SafePath; isOwnFile: boolean; copies: BlockCopy[] }>();
  for (const copy of copies) {
    const { path, isOwnFile } = copy;
    const appendix = appendices.get(path.file) ?? { path, isOwnFile, copies: [] };
    appendix.copies.push(copy);
    appendices.set(path.file, appendix);
  }
  return [...appendices.values()];
}

/** About how many bytes it will be: of text in memory exactly, of other blocks their lists'. */
export function expectedBytes({ copies }: Appendix): number {
  return copies.reduce((bytes, { whole, block }) => bytes + (whole?.text.length ?? block.listBytes), 0);
}

/**
 * Writes to a file that ends at `start`, not yet durably: {@link TargetFile.sync}. One write for all text that is in memory.
 * @param headroomBytes to be left free on the file system
 * @throws ForensicsError FF_DISK_HEADROOM before anything is written; Node's errors, with any part of it written
 */
export async function appendTo(
  file: TargetFile,
  start: number,
  appendix: Appendix,
  headroomBytes: number,
): Promise<AppendedCopy[]> {
  checkHeadroom(file, expectedBytes(appendix), headroomBytes);
  const appended: AppendedCopy[] = [];
  let texts: Buffer[] = [];
  let offset = start;
  for (const copy of appendix.copies) {
    let bytes: Pick<AppendedCopy, 'length' | 'sha256'>;
    if (copy.whole) {
      const { text, sha256 } = copy.whole;
      texts.push(text);
      bytes = { length: text.length, sha256 };
    } else {
      file.append(texts);
      texts = [];
      bytes = await appendPieces(file, copy);
    }
    appended.push({ copy, offset, ...bytes });
    offset += bytes.length;
  }
  file.append(texts);
  return appended;
}

/** Where the file ends behind what was appended. */
export function endOf(appended: readonly AppendedCopy[]): number {
  const { offset, length } = appended.at(-1)!;
  return offset + length;
}

async function appendPieces(file: TargetFile, copy: BlockCopy): Promise<Pick<AppendedCopy, 'length' | 'sha256'>> {
  const sha256 = createHash('sha256');
  let length = 0;
  let held = 0;
  for (const piece of copy.pieces()) {
    sha256.update(piece);
    length += piece.length;
    file.append([piece]);
    held += piece.length;
    if (held < MAX_HELD_BYTES) continue;
    held = 0;
    await nextTurn();
  }
  return { length, sha256: sha256.digest() };
}

function checkHeadroom(file: TargetFile, bytes: number, headroomBytes: number): void {
  if (headroomBytes === 0) return;
  const free = file.freeBytes();
  if (free - bytes >= headroomBytes) return;
  const remedy = `${headroomBytes} are to be left (FF_WRITER_HEADROOM_BYTES); free some`;
  throw new ForensicsError(
    'FF_DISK_HEADROOM',
    `its file system has ${free} bytes free and ${bytes} are to be written: ${remedy}`,
  );
}
