import type { BlockList } from '@fleet-forensics/shared/integrity/block-list';
import type { Damage } from '@fleet-forensics/shared/integrity/damage';
import type { RecordFault } from '@fleet-forensics/shared/integrity/record-fault';
import { printable } from '../terminal.ts';
import type { RecordedFile } from './block-record.ts';
import type { Finding, Verdict } from './verdict.ts';
import type { Disagreement } from './witness.ts';

/** `/forensic.log`, or `/forensic.log.3` for one that was rotated. */
export function shownName({ file, generation, state }: RecordedFile): string {
  return printable(state === 'current' ? file : `${file}.${generation}`);
}

/** What was found out of a file: a line, and one more for each further finding and notice. */
export function verdictText(verdict: Verdict, record: string): string {
  const { name, blocks, intactBytes, findings, notices } = verdict;
  const file = shownName(name);
  const lines =
    findings.length === 0
      ? [`intact     ${file}: ${blocks.length} blocks, ${intactBytes} bytes`]
      : findings.map((finding) => `${word(finding).padEnd(10)} ${file}: ${findingText(finding, blocks, record)}`);
  lines.push(...notices.map((notice) => `note       ${file}: ${notice}`));
  return lines.map((line) => `${line}\n`).join('');
}

/** Of two records of one file. What the file itself says by the second one follows. */
export function disagreementText(file: RecordedFile, { blockId, offset }: Disagreement, first: string, second: string): string {
  const id = Buffer.from(blockId).toString('hex');
  const what = `${first} and ${second} say different things of block ${id} at offset ${offset}; by ${second}:`;
  return `DISAGREE   ${shownName(file)}: ${what}\n`;
}

function word(finding: Finding): string {
  return (finding.kind === 'damage' ? finding.damage.kind : finding.kind).toUpperCase();
}

function findingText(finding: Finding, blocks: BlockList, record: string): string {
  switch (finding.kind) {
    case 'damage':
      return damageText(finding.damage, blocks);
    case 'tail':
      return (
        `${finding.bytes} bytes at offset ${finding.offset}, behind the last block, are in no record: a write that a crash cut short, ` +
        'which the writer cuts off before its next block, or bytes that somebody appended'
      );
    case 'record':
      return faultText(finding.fault, blocks, record);
    case 'packed':
      return `its gzip stream can't be unpacked behind ${place(blocks, finding.index)}: ${printable(finding.why)}`;
    case 'missing':
      return `it is not there: looked for ${finding.paths.map(printable).join(' and ')}`;
    default:
      return printable(finding.why);
  }
}

function damageText({ kind, offset, index, bytes, count = 0, found }: Damage, blocks: BlockList): string {
  const copy = found === undefined ? '' : `: a copy of ${blockName(blocks, found)}`;
  switch (kind) {
    case 'altered':
      return `${blockName(blocks, index)} at offset ${offset} is not as it was filed${grown(bytes)}${copy}`;
    case 'removed':
      if (count === 0) return `${-bytes} bytes before ${blockName(blocks, index)}, which was filed at offset ${offset}, are gone`;
      return `${count} blocks at offset ${offset} are gone, the first is ${blockName(blocks, index)}`;
    case 'inserted':
      return `${bytes} bytes at offset ${offset}, before ${blockName(blocks, index)}, were not filed${copy}`;
    case 'reordered':
      return `${blockName(blocks, found!)} stands at offset ${offset}, where ${blockName(blocks, index)} was filed`;
    default: {
      const gone = `it ends at ${offset + bytes} in place of ${blocks.offset(blocks.length)}`;
      return `${blockName(blocks, index)} at offset ${offset} is cut off: ${gone}, ${blocks.length - index} blocks are concerned`;
    }
  }
}

function faultText({ kind, index }: RecordFault, blocks: BlockList, record: string): string {
  const at = place(blocks, index);
  switch (kind) {
    case 'cut':
      return `${at} was cut off while the recorder was running: by ${record}, a later block was filed in its place`;
    case 'chain':
      return `${record} has been altered: at ${at} the chain does not go on from the block before`;
    case 'hole':
      return `${record} has lost blocks, or has been altered: it knows none between the block before and ${at}`;
    default:
      return `${record} has been altered: it knows another end of the file than that of its last block, at ${at}`;
  }
}

function place(blocks: BlockList, index: number): string {
  return index < blocks.length
    ? `${blockName(blocks, index)} at offset ${blocks.offset(index)}`
    : `offset ${blocks.offset(index)}`;
}

function blockName(blocks: BlockList, index: number): string {
  return index < blocks.length ? `block ${Buffer.from(blocks.at(index).blockId).toString('hex')}` : 'the end';
}

function grown(bytes: number): string {
  if (bytes === 0) return '';
  return bytes > 0 ? `, ${bytes} bytes longer` : `, ${-bytes} bytes shorter`;
}
