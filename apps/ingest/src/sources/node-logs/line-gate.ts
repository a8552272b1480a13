const LF = 0x0a;

/** What of a chunk is taken, and what was dropped. */
export interface Gated {
  /** Empty: nothing. */
  readonly taken: Buffer;
  /** Lines whose end was dropped, each once; and bytes. */
  readonly droppedLines: number;
  readonly droppedBytes: number;
}

/** Drops whole lines of a stream while there is no room for them: what is taken never holds a part of a line. */
export class LineGate {
  /** The last byte taken was within a line: the rest of it is taken, too. */
  #isWithinTaken = false;
  #isWithinDropped = false;

  pass(chunk: Buffer, hasRoom: boolean): Gated {
    const from = this.#isWithinDropped ? behindLine(chunk) : 0;
    const until = hasRoom ? chunk.length : Math.max(from, this.#isWithinTaken ? behindLine(chunk) : 0);
    const taken = chunk.subarray(from, until);
    if (until > from) this.#isWithinTaken = chunk[until - 1] !== LF;
    this.#isWithinDropped = until < chunk.length ? chunk.at(-1) !== LF : from === chunk.length && chunk.at(-1) !== LF;
    const dropped = [chunk.subarray(0, from), chunk.subarray(until)];
    return {
      taken,
      droppedLines: dropped.reduce((sum, bytes) => sum + linesIn(bytes), 0),
      droppedBytes: chunk.length - taken.length,
    };
  }
}

/** Index behind the first newline, or the length. */
function behindLine(bytes: Buffer): number {
  const end = bytes.indexOf(LF);
  return end < 0 ? bytes.length : end + 1;
}

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines += 1;
  return lines;
}
