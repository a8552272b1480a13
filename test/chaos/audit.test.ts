import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { random } from '../../bench/fleet.ts';
import { Audit, type Findings } from './audit.ts';
import { ForensicFile } from './forensic-file.ts';
import { type AskedCriterion, SessionScript } from './session-script.ts';

const FILE = '/forensic.log';
const MARKERS = { FailedLogin: 'FAILED LOGIN', UntimelyDeath: 'UNTIMELY DEATH', OnDemand: 'ON DEMAND' };
const NONE: Findings = { missing: [], repeated: [], wrong: [], unexpected: [] };

let dir: string;
let session: SessionScript;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-audit-'));
  session = new SessionScript('s1', 'long', { node: 'ftp-1', ring: 50, file: FILE }, random(5));
  let requests = 0;
  for (const { asked } of session.requests(() => ++requests > 60)) for (const each of asked) each.answeredMs = 0;
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** The block that a recorder without a fault files. */
function blockOf({ name, seq, firstSeq }: AskedCriterion): string {
  const from = Math.max(firstSeq, seq - 50);
  const lines = Array.from({ length: seq - from }, (_, index) => `[SystemLog:5] ${session.line(from + index)}\n`);
  const count = `${lines.length} of ${seq - firstSeq} (seq ${firstSeq}-${seq - 1}, evicted ${from - firstSeq}, missing 0)`;
  const own = `Node: ftp-1\nSession: s1\nDetail: asked at ${seq}\nBlock-Id: ${seq}\nLines: ${count}\n`;
  const head = `-----BEGIN ${MARKERS[name]} FORENSICS-----\nClient-Address: ${session.clientAddress}\n${own}\n`;
  return `${head}${lines.join('')}-----END ${MARKERS[name]} FORENSICS-----\n`;
}

function blocks(): string[] {
  return session.asked.map(blockOf);
}

function findings(texts: readonly string[], file = FILE): Findings {
  const path = join(dir, 'blocks');
  writeFileSync(path, texts.join(''));
  const audit = new Audit(new Map([['s1', session]]));
  for (const block of new ForensicFile(path).blocks()) audit.take(block, file);
  return audit.findings();
}

describe('the audit', () => {
  it('has nothing to say when every block is there once', () => {
    expect(session.asked.length).toBeGreaterThan(3);
    expect(findings(blocks())).toEqual(NONE);
  });

  it('misses a block that is not there, whichever it is', () => {
    for (const [at, { seq }] of session.asked.entries()) {
      const missing = [expect.stringContaining(`asked at ${seq},`)];
      expect(findings(blocks().toSpliced(at, 1))).toEqual({ ...NONE, missing });
    }
  });

  it('does not miss a block whose criterion was never acknowledged, and takes it once', () => {
    delete session.asked[0]!.answeredMs;
    expect(findings(blocks().slice(1))).toEqual(NONE);
    expect(findings(blocks())).toEqual(NONE);
    expect(findings([blocks()[0]!, ...blocks()]).repeated).toHaveLength(1);
  });

  it('sees a block that is there twice', () => {
    expect(findings([...blocks(), blocks()[1]!])).toEqual({ ...NONE, repeated: [expect.stringContaining('s1 ')] });
  });

  it('sees a block that nobody asked for', () => {
    const foreign = blocks()[0]!.replace('Session: s1', 'Session: s2');
    expect(findings([...blocks(), foreign])).toEqual({ ...NONE, unexpected: [expect.stringContaining('s2 ')] });
  });

  it.each<[string, (text: string) => string]>([
    ['lines that changed places', (text) => text.replace(/^(\[.*\n)(\[.*\n)/m, '$2$1')],
    ['a line that is gone', (text) => text.replace(/^\[.*\n/m, '')],
    ['the last line gone', (text) => text.replace(/^\[.*\n(?=-----END)/m, '')],
    ['a line twice', (text) => text.replace(/^(\[.*\n)/m, '$1$1')],
    ['a line too many behind the last', (text) => text.replace(/^(\[.*\n)(?=-----END)/m, '$1$1')],
    ['a changed letter', (text) => text.replace('] s1 line', '] s1 Line')],
    ['a line missing by its own account', (text) => text.replace('missing 0', 'missing 1')],
    ['a wrong count', (text) => text.replace(/^Lines: \d+/m, 'Lines: 3')],
    ['another criterion', (text) => text.replaceAll('ON DEMAND', 'FAILED LOGIN')],
    ['another context', (text) => text.replace('Client-Address: ', 'Client-Address: 1')],
    ['no context', (text) => text.replace(/^Client-Address: .*\n/m, '')],
  ])('sees a block with %s', (_, damage) => {
    const damaged = blocks().with(1, damage(blocks()[1]!));
    expect(damaged).not.toEqual(blocks());
    expect(findings(damaged)).toEqual({ ...NONE, wrong: [expect.stringContaining('should')] });
  });

  it('sees blocks in another file than theirs', () => {
    expect(findings(blocks(), '/other.log').wrong).toHaveLength(session.asked.length);
  });

  it('takes lines that came twice on the way, if they stand in the block once', () => {
    expect(findings(blocks().with(1, blocks()[1]!.replace('missing 0', 'missing 0, repeated 7')))).toEqual(NONE);
  });
});

describe('a forensic file', () => {
  it('is read on from where it ended, and what is torn is told', () => {
    const path = join(dir, 'blocks');
    const file = new ForensicFile(path);
    const all = blocks().join('');
    const cut = blocks()[0]!.length + blocks()[1]!.length - 5;
    expect([...file.blocks()]).toEqual([]);
    writeFileSync(path, all.slice(0, cut));
    expect([...file.blocks()]).toHaveLength(1);
    expect(file.tornBytes).toBe(blocks()[1]!.length - 5);
    writeFileSync(path, all);
    expect([...file.blocks()]).toHaveLength(session.asked.length - 1);
    expect(file.tornBytes).toBe(0);
  });

  it('does not pass over bytes between blocks', () => {
    const path = join(dir, 'blocks');
    writeFileSync(path, [blocks()[0]!, 'torn\n', blocks()[1]!].join(''));
    expect(() => [...new ForensicFile(path).blocks()]).toThrow('outside of any block: torn');
  });
});
