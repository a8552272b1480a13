import type { BlockHeader } from '@fleet-forensics/shared/wire/block';

/** The formats of ForensicLogFormat. */
export const BLOCK_FORMATS = ['extended', 'compatible', 'ecs'] as const;
export type BlockFormat = (typeof BLOCK_FORMATS)[number];

/** What stands behind the file's name where a format is not the policy's first. */
const SUFFIXES: Readonly<Record<BlockFormat, string>> = { extended: '.extended', compatible: '.compatible', ecs: '.ndjson' };

/** A block that is formatted. */
export interface FormattedBlock {
  /** 16 bytes. */
  readonly blockId: Uint8Array;
  readonly header: BlockHeader;
  /** When it came, by the log's clock, milliseconds since 1970. */
  readonly timeMs: number;
}

/** The formats that a policy asks for, each once, in its order; `extended` if it names none that is known. */
export function formatsOf(header: Pick<BlockHeader, 'formats'>): readonly BlockFormat[] {
  const known = BLOCK_FORMATS.filter((format) => header.formats.includes(format));
  known.sort((one, other) => header.formats.indexOf(one) - header.formats.indexOf(other));
  return known.length === 0 ? ['extended'] : known;
}

/** The file of one of a policy's formats: the first has the policy's own. */
export function fileOfFormat(file: string, format: BlockFormat, index: number): string {
  return index === 0 ? file : `${file}${SUFFIXES[format]}`;
}
