import type { otlp } from '@fleet-forensics/shared/wire/otlp-schema';
import type { Attributes } from './record-attributes.ts';

/** A log record of a request, not read yet: what is wrong with it costs no other one. */
export interface UnreadRecord {
  /** What logged it. */
  readonly resource: UnreadResource;
  /** @throws Error that says what is wrong with the record */
  readonly read: () => otlp.LogRecord.$Properties;
}

/** A resource is read when its first record is, and once for all of them. */
export class UnreadResource {
  readonly #read: () => Attributes;
  #attributes: Attributes | null = null;
  #error: unknown = null;

  constructor(read: () => Attributes) {
    this.#read = read;
  }

  /** @throws Error that says what is wrong with the resource, each time */
  get attributes(): Attributes {
    if (this.#error !== null) throw this.#error;
    try {
      return (this.#attributes ??= this.#read());
    } catch (error) {
      this.#error = error;
      throw error;
    }
  }
}
