import type { Bus } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { FILINGS } from '@fleet-forensics/shared/topics';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import { decodeFiling } from '@fleet-forensics/shared/wire/codec';
import { scanTopic } from '../topic-scan.ts';
import type { BlockRecord } from './block-record.ts';
import { TemporaryRecord } from './temporary-record.ts';

export interface FilingsRecord {
  readonly record: BlockRecord;
  /** Without those that say what another one says. */
  readonly filings: number;
  /** Records of the topic that are no filings. */
  readonly unusable: number;
}

/** What forensic.filings says of files and their blocks. @throws ForensicsError as scanTopic */
export async function filingsRecord(bus: Bus): Promise<FilingsRecord> {
  const temporary = new TemporaryRecord('the filings');
  const { record } = temporary;
  let filings = 0;
  let unusable = 0;
  try {
    await scanTopic(bus, {
      topic: FILINGS,
      select: (partitions) => partitions,
      visit: (records) => {
        const found = records.map(({ value }) => filingIn(value)).filter((filing) => filing !== undefined);
        unusable += records.length - found.length;
        filings += temporary.add(found);
      },
    });
  } catch (error) {
    record.close();
    throw error;
  }
  return { record, filings, unusable };
}

/** Undefined: somebody else wrote it. */
function filingIn(value: Uint8Array): Filing | undefined {
  try {
    const filing = decodeFiling(value);
    const isWhole =
      filing.blockId.length === 16 && filing.sha256.length === 32 && filing.chain.length === 32 && filing.length > 0;
    return isWhole ? filing : undefined;
  } catch (error) {
    if (error instanceof ForensicsError) return undefined;
    throw error;
  }
}
