import { closest, distance } from 'fastest-levenshtein';
import { type DirectiveProperty, DIRECTIVE_PROPERTIES, FORENSIC_DIRECTIVES } from './forensic-directives.ts';

const PROPERTY_BY_NAME = new Map<string, DirectiveProperty>(
  DIRECTIVE_PROPERTIES.map((property) => [FORENSIC_DIRECTIVES[property].name.toLowerCase(), property]),
);

const NAMES = DIRECTIVE_PROPERTIES.map((property) => FORENSIC_DIRECTIVES[property].name);

/** The name with which every directive of ours, and none of ProFTPD's others, begins. */
const OUR_PREFIX = 'forensic';

/** Letters by which a word may differ from a directive of ours and still be meant as one: no directive of ProFTPD is as near. */
const MISSPELT_BY = 3;

/** The directive of ours with this name, in any case. */
export function propertyNamed(word: string): DirectiveProperty | undefined {
  return PROPERTY_BY_NAME.get(word.toLowerCase());
}

/** The directive of ours that the word is meant to be, if it is none and looks as if it were. */
export function misspeltDirective(word: string): string | undefined {
  const folded = word.toLowerCase();
  const nearest = closest(folded, [...PROPERTY_BY_NAME.keys()]);
  const isMeant = folded.startsWith(OUR_PREFIX) || distance(folded, nearest) <= MISSPELT_BY;
  return isMeant ? NAMES.find((name) => name.toLowerCase() === nearest) : undefined;
}
