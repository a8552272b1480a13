import { encodeBlock, type Block } from '@fleet-forensics/buffer/fold/block';
import { PartitionFold } from '@fleet-forensics/buffer/fold/partition-fold';
import { blockText } from '@fleet-forensics/writer/block-text';
import { safePath } from '@fleet-forensics/writer/safe-path';
import { inPieces } from './block-pieces.ts';
import type { Scenario } from './scenario.ts';
import type { SimulatedPartition } from './simulated-log.ts';

/** A block as it should be in its file. */
export interface ExpectedBlock {
  readonly id: string;
  readonly block: Block;
  readonly file: string;
  readonly text: Buffer;
}

/** What the logs of forensic.session-events ask for, in the eyes of a fold that read all of it and never stopped. */
export interface Expectation {
  /** By id; of those with one id (a request sent again after its session's end) the first in the log. */
  readonly filed: ReadonlyMap<string, ExpectedBlock>;
  /** By id: what no file will take. If it is asked for again, what is asked for then may be filed, or not. */
  readonly refused: ReadonlyMap<string, readonly ExpectedBlock[]>;
  /** Every value that may stand in forensic.blocks, as latin1. */
  readonly parts: ReadonlySet<string>;
  /** `partition/offset` of what goes to the dead letters. */
  readonly letters: ReadonlySet<string>;
}

export function expectationOf(
  partitions: readonly SimulatedPartition[],
  { checkpointWindow, messagesPerPart }: Scenario,
): Expectation {
  const filed = new Map<string, ExpectedBlock>();
  const refused = new Map<string, ExpectedBlock[]>();
  const parts = new Set<string>();
  const letters = new Set<string>();
  for (const { partition, records } of partitions) {
    const fold = new PartitionFold(partition, 0, 0, checkpointWindow);
    for (const record of records) {
      for (const effect of fold.apply(record)) {
        if (effect.kind === 'poison') letters.add(`${partition}/${record.offset}`);
        else if (!expect(effect.block)) letters.add(`${partition}/${record.offset}`);
      }
    }
  }
  return { filed, refused, parts, letters };

  /** @returns false if it can't be published */
  function expect(block: Block): boolean {
    const id = block.id.toString('hex');
    const values = partsOf(block);
    for (const value of values ?? []) {
      for (const piece of inPieces(value, messagesPerPart)) parts.add(Buffer.from(piece).toString('latin1'));
    }
    if (!values || filed.has(id)) return values !== undefined;
    const expected = expectedBlock(id, block);
    const again = refused.get(id);
    if (!expected) refused.set(id, again ?? []);
    else if (again) again.push(expected);
    else filed.set(id, expected);
    return true;
  }
}

/** Undefined if a list that is too long for one part is damaged. */
function partsOf(block: Block): Buffer[] | undefined {
  try {
    return encodeBlock(block);
  } catch {
    return undefined;
  }
}

function expectedBlock(id: string, block: Block): ExpectedBlock | undefined {
  try {
    const { file } = safePath('/', block.header.file);
    return { id, block, file, text: blockText(block.id, block.header, block.messages) };
  } catch {
    // The same bytes are refused by the writer, for what they say.
    return undefined;
  }
}
