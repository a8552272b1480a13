import { CRITERIA } from '@fleet-forensics/shared/directives/forensic-directives';

const BY_LOWER_CASE_NAME = new Map<string, string>(CRITERIA.map((name) => [name.toLowerCase(), name]));

/** A built-in criterion has one spelling whatever case it came in; an operator's own name stays as it is. */
export function canonicalCriterion(name: string): string {
  return BY_LOWER_CASE_NAME.get(name.toLowerCase()) ?? name;
}

/** The criteria that events may name. */
export class CriterionNames {
  readonly all: readonly string[];
  readonly #known: ReadonlySet<string>;

  /** @param own those of the policies, canonical */
  constructor(own: readonly string[]) {
    this.#known = new Set([...CRITERIA, ...own]);
    this.all = [...this.#known];
  }

  /** The canonical spelling, or undefined if no policy could ever file it. */
  resolve(name: string): string | undefined {
    const canonical = canonicalCriterion(name);
    return this.#known.has(canonical) ? canonical : undefined;
  }
}
