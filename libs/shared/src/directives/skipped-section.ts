import { propertyNamed } from './directive-name.ts';
import type { LogicalLine } from './logical-line.ts';

/** What a conditional section holds that is passed over. */
export interface SkippedSection {
  /** Index of its closing line. */
  readonly end: number;
  /** Lines in it that begin with a directive of ours. */
  readonly directives: number;
}

/**
 * Passes over a section within its file, with those of the same name in it (`start_ifmodule`, `start_ifdefine` of mod_core).
 * @param start index of the line behind the opening one
 * @param name `IfModule` or `IfDefine`
 * @returns undefined if nothing closes it
 */
export function skipSection(lines: readonly LogicalLine[], start: number, name: string): SkippedSection | undefined {
  const opening = `<${name}`.toLowerCase();
  const closing = `</${name}>`.toLowerCase();
  let depth = 1;
  let directives = 0;
  for (let at = start; at < lines.length; at += 1) {
    const [word = ''] = lines[at]!.text.trim().split(/\s/, 1);
    const folded = word.toLowerCase();
    if (folded.startsWith(opening)) depth += 1;
    else if (folded === closing) depth -= 1;
    else if (propertyNamed(word) !== undefined) directives += 1;
    if (depth === 0) return { end: at, directives };
  }
  return undefined;
}
