import { BLOCKS } from '@fleet-forensics/shared/topics';
import type { BlockPart } from '@fleet-forensics/shared/wire/block';
import { decodeBlockPart } from '@fleet-forensics/shared/wire/codec';
import { blockText } from '@fleet-forensics/writer/block-text';
import type { FiledBlocks } from './filed-blocks.ts';
import { STARTS_BEYOND } from './group.ts';
import type { Expectation } from './oracle.ts';
import type { World } from './world.ts';

/** What is wrong where retention has deleted what was still needed: blocks may lack messages then, but they say so. */
export function wrongsAfterLoss(world: World, filed: FiledBlocks, expectation: Expectation): string[] {
  const emitted = world.log.everyRecord(BLOCKS).map(({ value }) => decodeBlockPart(value));
  return [...untold(world), ...unmarked(world, expectation), ...inventedFilings(filed, emitted)];
}

/** An operator is told at each start that finds less than was committed. */
function untold({ trace, warnings }: World): string[] {
  const starts = trace.counts.get(STARTS_BEYOND) ?? 0;
  const told = warnings.filter((warning) => warning.includes('retention has deleted')).length;
  return told === starts ? [] : [`${starts} starts lacked records, and ${told} said so`];
}

/** Only a numbered criterion shows that messages before it did not arrive; one on demand, or a lost node's, has no number. */
function unmarked({ log }: World, { filed, parts }: Expectation): string[] {
  const unexpected = log.everyRecord(BLOCKS).filter(({ value }) => !parts.has(Buffer.from(value).toString('latin1')));
  return unexpected.flatMap(({ value }) => {
    const { blockId, header } = decodeBlockPart(value);
    const whole = filed.get(Buffer.from(blockId).toString('hex'))?.block.header;
    const isNumbered = header && header.criterion.seq > 0;
    if (!whole || !isNumbered || header.messageCount >= whole.messageCount) return [];
    const { missing, evicted } = header.ledger;
    if (missing > 0 || evicted > whole.ledger.evicted) return [];
    return [`${header.session} at ${header.sourceOffset} has ${header.messageCount} of ${whole.messageCount} messages, unmarked`];
  });
}

/** Every block in a file is one that was emitted, and is there once. */
function inventedFilings({ byFile }: FiledBlocks, emitted: readonly BlockPart[]): string[] {
  const wrong: string[] = [];
  const seen = new Set<string>();
  const byId = Map.groupBy(emitted, ({ blockId }) => Buffer.from(blockId).toString('hex'));
  for (const { id, text, filing } of [...byFile.values()].flat()) {
    const isEmitted = byId.get(id)?.some(({ blockId, header, messages }) => text.equals(textOf(blockId, header!, messages)));
    if (!isEmitted) wrong.push(`filed, but never emitted so: ${id}, ${filing.session} ${filing.criterion}`);
    if (seen.has(id)) wrong.push(`filed twice: ${id}, ${filing.session} ${filing.criterion}`);
    seen.add(id);
  }
  return wrong;
}

/** Empty for a block that can't be filed. */
function textOf(...block: Parameters<typeof blockText>): Buffer {
  try {
    return blockText(...block);
  } catch {
    return Buffer.alloc(0);
  }
}
