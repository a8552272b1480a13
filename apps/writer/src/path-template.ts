import { hash } from 'node:crypto';
import { didYouMean } from '@fleet-forensics/shared/settings/setting';
import type { BlockHeader } from '@fleet-forensics/shared/wire/block';
import { unsafePath } from './safe-path.ts';

/** A value's bytes in a path; of a longer one its beginning and a digest, so that two of them stay two. */
const MAX_VALUE_BYTES = 64;
const DIGEST_LETTERS = 8;

const PLACEHOLDER = /%\{([^}]*)\}/g;

/** What can be filled in: `%{node}` and so on. */
const VALUES: Readonly<Record<string, (block: TemplateBlock) => string>> = {
  node: ({ header }) => header.node,
  server: ({ header: { context } }) => context.serverName ?? context.serverAddress ?? '',
  criterion: ({ header }) => header.criterion.name,
  date: ({ header, timeMs }) => new Date(header.criterion.timeUs / 1000 || timeMs).toISOString().slice(0, 10),
  session: ({ header }) => header.session,
  block: ({ id }) => id,
};

/** What a block gives to the path of its file. */
export interface TemplateBlock {
  /** Hexadecimal. */
  readonly id: string;
  readonly header: BlockHeader;
  /** When the block came, by the log's clock: its day if the criterion has no time. */
  readonly timeMs: number;
}

/** True if every block has a file of its own. */
export function isOwnFile(template: string): boolean {
  return template.includes('%{block}');
}

/**
 * The file of a block: the policy's path, with the block's values in it. Each value is one that can't change the path's shape.
 * @throws ForensicsError FF_UNSAFE_PATH if a placeholder is not known
 */
export function filledPath(template: string, block: TemplateBlock): string {
  if (!template.includes('%{')) return template;
  return template.replace(PLACEHOLDER, (placeholder, name: string) => {
    const value = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
    if (value) return safeValue(value(block));
    const known = Object.keys(VALUES);
    throw unsafePath(template, `${placeholder} is not known${didYouMean(name, known)}`, `use ${known.join(', ')}`);
  });
}

/**
 * A value as a part of a file's name: never empty, no `/`, no control or invisible character, no dot in front, at most 64 bytes.
 */
export function safeValue(value: string): string {
  const safe = value.replace(/[\p{C}\p{Zl}\p{Zp}/\\]/gu, '_').replace(/^\./, '_');
  if (safe === '') return '_';
  if (Buffer.byteLength(safe) <= MAX_VALUE_BYTES) return safe;
  const digest = hash('sha256', value).slice(0, DIGEST_LETTERS);
  return `${beginningOf(safe, MAX_VALUE_BYTES - DIGEST_LETTERS - 1)}~${digest}`;
}

/** As many whole characters as fit. */
function beginningOf(text: string, maxBytes: number): string {
  let bytes = 0;
  let beginning = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    beginning += character;
  }
  return beginning;
}
