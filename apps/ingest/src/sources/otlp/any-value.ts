import { isUtf8 } from 'node:buffer';
import type { otlp } from '@fleet-forensics/shared/wire/otlp-schema';

export type AnyValue = otlp.AnyValue.$Properties;

/** A text, or an integer as one; undefined for any other value and for bytes that are not UTF-8. */
export function textOfValue({ stringValue, intValue }: AnyValue): string | undefined {
  if (stringValue != null) return isUtf8(stringValue) ? bytesOf(stringValue).toString('utf8') : undefined;
  return intValue == null ? undefined : String(intValue);
}

/** What a body is as a message: a text's bytes and bytes as they are, everything else as JSON; null: it has no value. */
export function messageOfBody(body: AnyValue): Buffer | null {
  const bytes = body.stringValue ?? body.bytesValue;
  if (bytes != null) return bytesOf(bytes);
  const json = jsonOfValue(body);
  return json === null ? null : Buffer.from(JSON.stringify(json));
}

/** Bytes are base64 in it, as in OTLP's JSON; of two members of one name the later counts. */
function jsonOfValue(value: AnyValue): unknown {
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = value;
  if (stringValue != null) return bytesOf(stringValue).toString('utf8');
  if (bytesValue != null) return bytesOf(bytesValue).toString('base64');
  if (arrayValue != null) return (arrayValue.values ?? []).map(jsonOfValue);
  if (kvlistValue != null) {
    return Object.fromEntries((kvlistValue.values ?? []).map(({ key, value: of }) => [key ?? '', of ? jsonOfValue(of) : null]));
  }
  return boolValue ?? intValue ?? numberText(doubleValue);
}

/** JSON has no NaN and no infinities: they are texts, as in protobuf's JSON. */
function numberText(value: number | null | undefined): number | string | null {
  if (value == null) return null;
  return Number.isFinite(value) ? value : String(value);
}

function bytesOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
