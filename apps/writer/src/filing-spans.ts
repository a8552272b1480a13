import type { OpenSpan, Traces } from '@fleet-forensics/shared/process/traces';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import type { WholeBlock } from './whole-block.ts';

/** The spans of blocks that are filed together, from their formatting until their filings are published. */
export class FilingSpans {
  /** By the block's id. */
  readonly #spans = new Map<string, OpenSpan>();

  /** @returns undefined: none of them is traced */
  static begin(traces: Traces | undefined, blocks: readonly WholeBlock[]): FilingSpans | undefined {
    if (!traces || !blocks.some(({ header }) => header.traceparent ?? header.criterion.traceparent)) return undefined;
    return new FilingSpans(traces, blocks);
  }

  private constructor(traces: Traces, blocks: readonly WholeBlock[]) {
    for (const { id, header } of blocks) {
      const parent = header.traceparent ?? header.criterion.traceparent;
      const span = parent && traces.begin('file block', { kind: 'consumer', parent, attributes: { 'forensic.block': id } });
      if (span) this.#spans.set(id, span);
    }
  }

  /** Those of what was filed; what is tried again later, or was filed before, has another one. */
  end(filings: readonly Filing[]): void {
    for (const { blockId, file, offset, length } of filings) {
      const id = Buffer.from(blockId).toString('hex');
      this.#spans.get(id)?.end({ 'forensic.file': file, 'forensic.file.offset': offset, 'forensic.file.length': length });
      this.#spans.delete(id);
    }
  }

  /** A block that goes to the dead letters. */
  fail(id: string, error: unknown): void {
    this.#spans.get(id)?.fail(error);
    this.#spans.delete(id);
  }
}
