import type { Refusal } from '../event-rules/refusal.ts';
import type { Problem } from './problem.ts';

/** What a request may bring. */
export interface Allowance {
  /** No messages: the body is refused if it holds one. */
  readonly isUrgentOnly: boolean;
  /** Why its sender may not publish events of this node; null: it may. */
  refusalOf(node: string): Refusal | null;
  /** Counts and tells that messages can't be taken now. */
  tooMuch(): Problem;
  /** So many items of the body were looked at. */
  spend(items: number): void;
}
