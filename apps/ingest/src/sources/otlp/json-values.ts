import { ForensicsError } from '@fleet-forensics/shared/error';
import type { otlp } from '@fleet-forensics/shared/wire/otlp-schema';
import { shown } from '../event-rules/refusal.ts';
import type { AnyValue } from './any-value.ts';

/*
 * OTLP's JSON: protobuf's JSON mapping, with names in camelCase only, 64-bit integers as texts or numbers, and bytes in base64.
 * Members that are not known are passed over, and null is as good as absent. What does not fit throws FF_BAD_RECORD.
 */

type Members = Readonly<Record<string, unknown>>;

/** Standard or URL alphabet, padded or not, as protobuf's JSON mapping has it. */
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

const INTEGER = /^-?\d{1,20}$/;

export function membersOf(value: unknown, path: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  throw unexpected(path, value, 'an object');
}

/** Absent: none. */
export function elementsOf(value: unknown, path: string): readonly unknown[] {
  if (value == null) return [];
  if (Array.isArray(value)) return value;
  throw unexpected(path, value, 'an array');
}

export function recordOfJson(json: unknown): otlp.LogRecord.$Properties {
  const { timeUnixNano, observedTimeUnixNano, severityNumber, body, attributes } = membersOf(json, 'record');
  return {
    timeUnixNano: integerOf(timeUnixNano, 'timeUnixNano'),
    observedTimeUnixNano: integerOf(observedTimeUnixNano, 'observedTimeUnixNano'),
    severityNumber: integerOf(severityNumber, 'severityNumber'),
    body: body == null ? null : valueOf(body, 'body'),
    attributes: attributesOfJson(attributes, 'attributes'),
  };
}

export function attributesOfJson(json: unknown, path: string): otlp.KeyValue.$Properties[] {
  return elementsOf(json, path).map((element) => {
    const { key, value } = membersOf(element, path);
    if (typeof key !== 'string') throw unexpected(`${path}.key`, key, 'a text');
    return { key, value: value == null ? null : valueOf(value, `${path}.${shown(key)}`) };
  });
}

/** Values inside values are as deep as checkJsonSize lets them be. */
function valueOf(json: unknown, path: string): AnyValue {
  const members = membersOf(json, path);
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = members;
  if (stringValue != null) return { stringValue: Buffer.from(textOf(stringValue, `${path}.stringValue`)) };
  if (boolValue != null) return { boolValue: booleanOf(boolValue, `${path}.boolValue`) };
  if (intValue != null) return { intValue: integerOf(intValue, `${path}.intValue`) };
  if (doubleValue != null) return { doubleValue: Number(doubleValue) };
  if (bytesValue != null) return { bytesValue: bytesOf(bytesValue, `${path}.bytesValue`) };
  if (arrayValue != null) {
    const elements = elementsOf(membersOf(arrayValue, path)['values'], path);
    return { arrayValue: { values: elements.map((element) => valueOf(element ?? {}, path)) } };
  }
  if (kvlistValue == null) return {};
  return { kvlistValue: { values: attributesOfJson(membersOf(kvlistValue, path)['values'], path) } };
}

function textOf(value: unknown, path: string): string {
  if (typeof value !== 'string') throw unexpected(path, value, 'a text');
  if (value.isWellFormed()) return value;
  throw new ForensicsError(
    'FF_BAD_RECORD',
    `${path}: holds half of a surrogate pair, which is no text: bytesValue takes any bytes`,
  );
}

function booleanOf(value: unknown, path: string): boolean {
  if (typeof value === 'boolean') return value;
  throw unexpected(path, value, 'true or false');
}

function integerOf(value: unknown, path: string): number {
  if (value == null) return 0;
  const isInteger = typeof value === 'string' ? INTEGER.test(value) : Number.isInteger(value);
  if (!isInteger) throw unexpected(path, value, 'an integer');
  return Number(value);
}

function bytesOf(value: unknown, path: string): Buffer {
  if (typeof value === 'string' && BASE64.test(value)) return Buffer.from(value, 'base64');
  throw unexpected(path, value, 'base64');
}

function unexpected(path: string, value: unknown, expected: string): ForensicsError {
  const found = typeof value === 'object' && value !== null ? 'something nested' : shown(String(value));
  return new ForensicsError('FF_BAD_RECORD', `${path}: ${found} is found where ${expected} is expected`);
}
