/** In a session's name of the fleet, `1795` + these digits + four of its index + its PID. */
const DIGITS_AT = 4;
const DIGITS = 5;
const BEFORE_NAME = Buffer.from('"session":"');

/** Where digits of a session's name stand. */
interface Place {
  readonly bytes: Buffer;
  readonly offset: number;
}

/**
 * Makes a fleet's sessions new ones by writing a number into their names, in place: so that traffic that is built once can be sent
 * again and again. What is stamped must not be in use any more.
 */
export class NameStamp {
  readonly #places: readonly Place[];

  private constructor(places: readonly Place[]) {
    this.#places = places;
  }

  static ofRecords(records: readonly { readonly key: Buffer; readonly value: Buffer }[]): NameStamp {
    return new NameStamp(
      records.flatMap(({ key, value }) => {
        const nameAt = key.indexOf(0) + 1;
        const inValue = value.indexOf(key.subarray(nameAt));
        return [
          { bytes: key, offset: nameAt + DIGITS_AT },
          { bytes: value, offset: inValue + DIGITS_AT },
        ];
      }),
    );
  }

  static ofBodies(bodies: readonly { readonly bytes: Buffer }[]): NameStamp {
    const places: Place[] = [];
    for (const { bytes } of bodies) {
      for (let at = bytes.indexOf(BEFORE_NAME); at >= 0; at = bytes.indexOf(BEFORE_NAME, at + 1)) {
        places.push({ bytes, offset: at + BEFORE_NAME.length + DIGITS_AT });
      }
    }
    return new NameStamp(places);
  }

  /** @param round 0 … 99999; each gives the sessions other names */
  write(round: number): void {
    const digits = String(round).padStart(DIGITS, '0');
    for (const { bytes, offset } of this.#places) bytes.write(digits, offset, 'latin1');
  }
}
