import { protobuf } from '@fleet-forensics/shared/wire/plain-numbers';
import type { FieldBudget } from './part-bounds.ts';

const LENGTH_DELIMITED = 2;
const START_GROUP = 3;

/** Walks the fields of a protobuf message without decoding what they hold. Each costs one of the budget. */
export class MessageFields {
  number = 0;
  /** A view of what a length-delimited field holds; null: the field is another. */
  content: Uint8Array | null = null;
  readonly #reader: protobuf.Reader;
  readonly #budget: FieldBudget;

  constructor(bytes: Uint8Array, budget: FieldBudget) {
    this.#reader = protobuf.Reader.create(bytes);
    this.#budget = budget;
  }

  /**
   * Moves to the next field; false at the end.
   * @throws Error if the bytes are no message, or what the budget throws
   */
  next(): boolean {
    const reader = this.#reader;
    if (reader.pos >= reader.len) return false;
    this.#budget.spend();
    const tag = reader.uint32();
    const wireType = tag & 7;
    // Groups nest without a length, and OTLP has none.
    if (wireType === START_GROUP) throw new Error(`a group is found at byte ${reader.pos}`);
    this.number = tag >>> 3;
    this.content = wireType === LENGTH_DELIMITED ? reader.bytes() : null;
    if (this.content === null) reader.skipType(wireType);
    return true;
  }
}
