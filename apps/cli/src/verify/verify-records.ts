import { join } from 'node:path';
import { hasCode } from '@fleet-forensics/shared/error';
import { readPublicKey } from '@fleet-forensics/shared/integrity/signing-key';
import { withEmbeddedLog, withKafka } from '../open-bus.ts';
import type { ParsedOptions } from '../options.ts';
import { printable, type Terminal } from '../terminal.ts';
import { BlockRecord } from './block-record.ts';
import { filesBelow } from './file-tree.ts';
import { filingsRecord } from './filings-record.ts';
import { signatureRecord } from './signature-files.ts';
import type { Target } from './verify-place.ts';

export interface RecordsOptions {
  readonly options: ParsedOptions;
  /** Absolute. */
  readonly root: string;
  readonly journal: string;
  /** Undefined: all files. */
  readonly target: Target | undefined;
  readonly terminal: Terminal;
}

/** What files are compared with. */
export interface Records {
  /** At least one; the journal first if it is there. */
  readonly all: readonly BlockRecord[];
  readonly signatures: BlockRecord | undefined;
  /** What is wrong with signature files. */
  readonly problems: readonly string[];
}

/** @throws ForensicsError FF_NO_JOURNAL, FF_JOURNAL_UNREADABLE if nothing else is asked for, FF_BAD_KEY, and what the log throws */
export async function openRecords(asked: RecordsOptions): Promise<Records> {
  const others: BlockRecord[] = [];
  let problems: readonly string[] = [];
  let signatures: BlockRecord | undefined;
  try {
    if (asked.options.flags.has('filings')) others.push(await readFilings(asked));
    if (asked.options.values.has('public-key')) {
      const read = await readSignatures(asked);
      others.push(read.record);
      ({ record: signatures, problems } = read);
    }
    return { all: [...journalOf(asked, others), ...others], signatures, problems };
  } catch (error) {
    for (const record of others) record.close();
    throw error;
  }
}

function journalOf({ journal, terminal }: RecordsOptions, others: readonly BlockRecord[]): BlockRecord[] {
  try {
    return [BlockRecord.ofJournal(journal)];
  } catch (error) {
    const isGone = hasCode(error, 'FF_NO_JOURNAL') || hasCode(error, 'FF_JOURNAL_UNREADABLE');
    if (!isGone || others.length === 0) throw error;
    const names = others.map(({ name }) => name).join(' and ');
    terminal.stderr.write(`fleet-forensics: ${printable(error.message)}; going by ${names} alone\n`);
    return [];
  }
}

async function readFilings({ options, terminal }: RecordsOptions): Promise<BlockRecord> {
  const data = options.values.get('data');
  const { record, filings, unusable } =
    data === undefined ? await withKafka(terminal, {}, filingsRecord) : await withEmbeddedLog(terminal, data, filingsRecord);
  terminal.stderr.write(`${filings} filings read${unusable > 0 ? `, ${unusable} records are no filings` : ''}\n`);
  return record;
}

async function readSignatures({ options, root, target, terminal }: RecordsOptions): ReturnType<typeof signatureRecord> {
  const publicKey = readPublicKey(options.values.get('public-key')!);
  // The name may be one that the file got when it was rotated.
  const start = target ? `${join(root, target.file.replace(/\.\d+(\.gz)?$/, ''))}.` : root;
  const paths: string[] = [];
  for await (const path of filesBelow(root)) if (path.startsWith(start) && path.endsWith('.sig')) paths.push(path);
  const read = await signatureRecord(root, paths, publicKey);
  terminal.stderr.write(`${read.signatures} signatures in ${paths.length} files read\n`);
  return read;
}
