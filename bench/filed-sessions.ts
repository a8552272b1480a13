import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** The sessions whose blocks have reached a forensic file, read as it grows. */
export class FiledSessions {
  readonly #path: string;
  readonly #sessions = new Set<string>();
  #blocks = 0;
  #position = 0;
  #rest = '';

  constructor(path: string) {
    this.#path = path;
  }

  has(session: string): boolean {
    return this.#sessions.has(session);
  }

  /** Whole blocks so far: more than sessions if one was filed twice. */
  get blocks(): number {
    return this.#blocks;
  }

  /** Reads what is new; of how many sessions there are whole blocks. A block counts when its END line is there. */
  look(): number {
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    if (size === this.#position) return this.#sessions.size;
    const bytes = Buffer.alloc(size - this.#position);
    const file = openSync(this.#path, 'r');
    const read = readSync(file, bytes, 0, bytes.length, this.#position);
    closeSync(file);
    this.#position += read;
    const pieces = (this.#rest + bytes.toString('latin1', 0, read)).split(/^-----END .*-----\n/m);
    this.#rest = pieces.pop()!;
    this.#blocks += pieces.length;
    for (const piece of pieces) {
      const session = /^Session: (.*)$/m.exec(piece)?.[1];
      if (session !== undefined) this.#sessions.add(session);
    }
    return this.#sessions.size;
  }
}
