import { FIRST_LINK } from '@fleet-forensics/shared/integrity/chain';
import { type AppendedCopy, type Appendix, appendTo, endOf } from './appendix.ts';
import type { FileCalls } from './file-calls.ts';
import type { FileState } from './journal.ts';
import { TargetFile } from './target-file.ts';

/** Of the name under which a file is written until it is whole. */
export const PART_SUFFIX = '.part';

/** What is known of a file before its only block is in it. */
export const OWN_FILE: FileState = { identity: '', end: 0, chain: FIRST_LINK, generation: 1, begunUs: 0 };

/**
 * Writes a file that holds one block: aside, and renamed when it is durable, so that nobody ever sees a part of it under its name. What
 * a crash left is written over: the same block has the same bytes.
 */
export async function fileAlone(appendix: Appendix, calls: FileCalls, headroomBytes: number): Promise<AppendedCopy[]> {
  const { path } = appendix;
  const aside = `${path.name}${PART_SUFFIX}`;
  const file = new TargetFile(path, calls, aside);
  try {
    file.cutTo(0);
    const appended = await appendTo(file, 0, appendix, headroomBytes);
    await file.sync(endOf(appended));
    file.directory.rename(aside, path.name);
    file.directory.sync();
    return appended;
  } finally {
    file.close();
  }
}
