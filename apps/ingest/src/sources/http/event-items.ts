import type { EventSink } from '../../session-event.ts';
import type { Refusal } from '../event-rules/refusal.ts';

/** The items of a body, one after the other: lines of NDJSON, elements of a JSON array, batches of a protobuf list. */
export interface EventItems {
  /** Moves to the next item; false at the end. */
  next(): boolean;
  /** Of the item: a line's number from 1; an element's or a batch's index from 0. */
  readonly line: number;
  /** Why the item is not taken; null: it is good. */
  readonly refusal: Refusal | null;
  /** Of a good item: whose events it holds, all of them. */
  readonly node: string;
  /**
   * Gives a good item's events to the sink. What is given is lent until the next {@link next}, of any body.
   * @returns false: the sink refused the item's criterion, and nothing of the item is taken
   */
  deliver(sink: EventSink): boolean;
}
