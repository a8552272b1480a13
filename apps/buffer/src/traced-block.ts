import type { OpenSpan, Traces } from '@fleet-forensics/shared/process/traces';
import type { Block } from './fold/block.ts';

/** Bytes of a span's id. */
const SPAN_ID_BYTES = 8;

/**
 * The block with the span of its publication, if its criterion is traced. The span's id comes from the block's: a block that is
 * published again after a crash is the same, byte for byte, and so is its span.
 */
export function tracedBlock(block: Block, traces: Traces | undefined): { readonly block: Block; readonly span?: OpenSpan } {
  const { criterion, node, session, file, sourcePartition, sourceOffset } = block.header;
  if (!traces || criterion.traceparent === undefined) return { block };
  const span = traces.begin('publish block', {
    kind: 'consumer',
    parent: criterion.traceparent,
    id: block.id.subarray(0, SPAN_ID_BYTES).toString('hex'),
    attributes: {
      'forensic.block': block.id.toString('hex'),
      'forensic.criterion': criterion.name,
      'forensic.node': node,
      'forensic.session': session,
      'forensic.file': file,
      'messaging.destination.partition.id': String(sourcePartition),
      'messaging.kafka.offset': sourceOffset,
    },
  });
  if (!span) return { block };
  return { block: { ...block, header: { ...block.header, traceparent: span.traceparent } }, span };
}
