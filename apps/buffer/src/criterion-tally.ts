import { CRITERIA } from '@fleet-forensics/shared/directives/forensic-directives';

/** Criteria that every fleet has; those of a policy's own are many, and publishers name them. */
const KNOWN: readonly string[] = CRITERIA;
const OTHER = 'other';

/** How many blocks were asked for by each criterion, in a bounded number of names. */
export class CriterionTally {
  readonly #counts: Record<string, number> = Object.fromEntries([...KNOWN, OTHER].map((name) => [name, 0]));

  add(criterion: string): void {
    const name = KNOWN.includes(criterion) ? criterion : OTHER;
    this.#counts[name] = this.#counts[name]! + 1;
  }

  /** By criterion, `other` for those of a policy's own. */
  get counts(): Readonly<Record<string, number>> {
    return this.#counts;
  }
}
