import { protobuf } from '@fleet-forensics/shared/wire/schema';

/** Which fields of a message are messages themselves, by number. */
export interface MessageTree {
  readonly [field: number]: MessageTree;
}

/** No message has it, nor will have it for a while. */
const UNKNOWN_FIELD = 1000;
const LENGTH_DELIMITED = 2;

/** The message as a later version may write it: behind its fields, and those of each message in it, are some that nobody knows. */
export function withUnknownFields(bytes: Uint8Array, tree: MessageTree): Buffer {
  const reader = protobuf.Reader.create(bytes);
  const fields: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const from = reader.pos;
    const tag = reader.uint32();
    const inner = (tag & 7) === LENGTH_DELIMITED ? tree[tag >>> 3] : undefined;
    if (inner) fields.push(protobuf.Writer.create().uint32(tag).bytes(withUnknownFields(reader.bytes(), inner)).finish());
    else {
      reader.skipType(tag & 7);
      fields.push(bytes.subarray(from, reader.pos));
    }
  }
  return Buffer.concat([...fields, unknownFields()]);
}

/** One of each wire type. */
function unknownFields(): Uint8Array {
  const tag = UNKNOWN_FIELD << 3;
  const writer = protobuf.Writer.create();
  writer.uint32(tag).uint64(Number.MAX_SAFE_INTEGER);
  writer.uint32(tag | 1).fixed64(1);
  writer.uint32(tag | LENGTH_DELIMITED).bytes(Buffer.from('of a later version'));
  writer.uint32(tag | 5).fixed32(1);
  return writer.finish();
}
