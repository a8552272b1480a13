import type { FiledBlock } from '@fleet-forensics/standalone/filed-block';
import type { AskedCriterion, SessionScript } from './session-script.ts';

const MARKERS: Readonly<Record<AskedCriterion['name'], string>> = {
  FailedLogin: 'FAILED LOGIN',
  UntimelyDeath: 'UNTIMELY DEATH',
  OnDemand: 'ON DEMAND',
};

/** What the blocks in the files say about what was asked for, each fault of theirs in a line. */
export interface Findings {
  /** Criteria whose request was answered with 202, and that have no block. */
  readonly missing: readonly string[];
  /** Blocks that are there more than once. */
  readonly repeated: readonly string[];
  /** Blocks of another content, or in another file, than they should be. */
  readonly wrong: readonly string[];
  /** Blocks that nobody asked for. */
  readonly unexpected: readonly string[];
}

/**
 * Compares blocks with what was asked for. It knows nothing but the sessions' scripts and what was answered with 202: a criterion
 * that was not answered may have a block, at most one, and no other than one that is right.
 */
export class Audit {
  readonly #scripts: ReadonlyMap<string, SessionScript>;
  readonly #found = new Set<AskedCriterion>();
  readonly #repeated: string[] = [];
  readonly #wrong: string[] = [];
  readonly #unexpected: string[] = [];
  #blocks = 0;

  /** @param scripts by name; may grow meanwhile */
  constructor(scripts: ReadonlyMap<string, SessionScript>) {
    this.#scripts = scripts;
  }

  /** Blocks taken. */
  get blocks(): number {
    return this.#blocks;
  }

  /**
   * @param file ForensicLogFile that it was found in
   * @returns the criterion that asked for it
   */
  take(block: FiledBlock, file: string): AskedCriterion | undefined {
    this.#blocks += 1;
    const { Session: session, Detail: detail } = block.headers;
    const title = `${session} ${block.marker}, ${detail}, block ${block.headers['Block-Id']}`;
    const script = this.#scripts.get(session ?? '');
    const asked = script?.asked.find(({ seq }) => detail === `asked at ${seq}`);
    if (!script || !asked) {
      this.#unexpected.push(title);
      return undefined;
    }
    if (this.#found.has(asked)) this.#repeated.push(title);
    this.#found.add(asked);
    const wrong = wrongIn(block, file, script, asked);
    if (wrong) this.#wrong.push(`${title}: ${wrong}`);
    return asked;
  }

  findings(): Findings {
    const missing: string[] = [];
    for (const { name, asked } of this.#scripts.values()) {
      for (const criterion of asked) {
        const { answeredMs, seq } = criterion;
        if (answeredMs === undefined || this.#found.has(criterion)) continue;
        missing.push(`${name} ${MARKERS[criterion.name]}, asked at ${seq}, answered at ${Math.round(answeredMs)} ms`);
      }
    }
    return { missing, repeated: this.#repeated, wrong: this.#wrong, unexpected: this.#unexpected };
  }
}

export function isClean({ missing, repeated, wrong, unexpected }: Findings): boolean {
  return missing.length + repeated.length + wrong.length + unexpected.length === 0;
}

/** What is wrong first, in words. */
function wrongIn(block: FiledBlock, file: string, script: SessionScript, asked: AskedCriterion): string | undefined {
  const { place, clientAddress } = script;
  const received = asked.seq - asked.firstSeq;
  const kept = Math.min(received, place.ring);
  const expected = {
    marker: MARKERS[asked.name],
    file: place.file,
    Node: place.node,
    'Client-Address': clientAddress,
    Lines: `${kept} of ${received} (seq ${asked.firstSeq}-${asked.seq - 1}, evicted ${received - kept}, missing 0)`,
  };
  const found = { ...block.headers, marker: block.marker, file, Lines: withoutRepeats(block.headers['Lines'] ?? '') };
  for (const [what, value] of Object.entries(expected)) {
    const actual = (found as Record<string, string>)[what];
    if (actual !== value) return `${what} is "${actual}", should be "${value}"`;
  }
  return wrongLine(block.lines, asked.seq - kept, asked.seq, script);
}

/** Which lines came twice on the way depends on what failed; that they stand in the block once is what matters. */
function withoutRepeats(lines: string): string {
  return lines.replace(/, repeated [1-9]\d*\)$/, ')');
}

function wrongLine(lines: readonly string[], from: number, to: number, script: SessionScript): string | undefined {
  for (let seq = from; seq < to; seq++) {
    const expected = `[SystemLog:5] ${script.line(seq)}`;
    const actual = lines[seq - from];
    if (actual !== expected) return `line ${seq - from + 1} of the block is "${actual}", should be "${expected}"`;
  }
  return lines.length === to - from ? undefined : `it has ${lines.length} lines, should have ${to - from}`;
}
