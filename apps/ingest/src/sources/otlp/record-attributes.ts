import type { otlp } from '@fleet-forensics/shared/wire/otlp-schema';
import { refusalOfLength, refusalOfName } from '../event-rules/name-rule.ts';
import { type Refusal, shown } from '../event-rules/refusal.ts';
import { type AnyValue, textOfValue } from './any-value.ts';

/** The attributes that mean something here: ours begin with `forensic.`, the others are OpenTelemetry's semantic conventions. */
const KNOWN = [
  'session.id',
  'host.name',
  'host.id',
  'service.instance.id',
  'forensic.log_type',
  'forensic.criterion',
  'forensic.detail',
  'forensic.end',
  'client.address',
  'server.address',
  'server.port',
  'network.protocol.name',
  'user.name',
  'process.pid',
] as const;

export type AttributeName = (typeof KNOWN)[number];

export type Attributes = ReadonlyMap<string, AnyValue>;

const NAMES: ReadonlySet<string> = new Set(KNOWN);

const MAX_PORT = 65_535;

/** Those that mean something; a later one of the same name counts. */
export function knownAttributes(attributes: readonly otlp.KeyValue.$Properties[], before?: Attributes): Attributes {
  const known = new Map(before);
  for (const { key, value } of attributes) {
    if (value && key && NAMES.has(key)) known.set(key, value);
  }
  return known;
}

/** Reads a record's attributes. What can't be read is there as if it were absent, and {@link refusal} says what was wrong first. */
export class RecordAttributes {
  refusal: Refusal | null = null;
  readonly #attributes: Attributes;
  readonly #nameBytes: number;

  constructor(attributes: Attributes, nameBytes: number) {
    this.#attributes = attributes;
    this.#nameBytes = nameBytes;
  }

  /** A text, not bounded; undefined if it is absent. */
  text(name: AttributeName): string | undefined {
    const value = this.#attributes.get(name);
    if (value === undefined) return undefined;
    const text = textOfValue(value);
    if (text === undefined) this.refusal ??= { code: 'wrong_type', error: `${name}: is not a text of UTF-8` };
    return text;
  }

  /** The first of these that is there, as a name. */
  name(...names: readonly AttributeName[]): string | undefined {
    for (const name of names) {
      const text = this.text(name);
      if (text === undefined) continue;
      this.refusal ??= refusalOfName(name, text, this.#nameBytes);
      return text;
    }
    return undefined;
  }

  /** A text as a session's context takes it; empty counts as absent. */
  contextText(name: AttributeName): string | undefined {
    const text = this.text(name);
    if (text) this.refusal ??= refusalOfLength(name, text, this.#nameBytes);
    return text || undefined;
  }

  /** 0 to `max`; a text of digits counts too. */
  integer(name: AttributeName, max: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (/^\d{1,16}$/.test(text) && Number(text) <= max) return Number(text);
    this.refusal ??= { code: 'number_out_of_range', error: `${name}: ${shown(text)} is found where 0 to ${max} is expected` };
    return undefined;
  }

  /** `ip:port`, IPv6 without brackets, as mod_log_forensic writes it. */
  serverAddress(): string | undefined {
    const address = this.contextText('server.address');
    const port = this.integer('server.port', MAX_PORT);
    return address === undefined || port === undefined ? address : `${address}:${port}`;
  }
}
