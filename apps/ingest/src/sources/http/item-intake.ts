import { setImmediate as nextTurn } from 'node:timers/promises';
import type { IngestSettings } from '@fleet-forensics/shared/settings/ingest-settings';
import type { Counters } from '../../counters.ts';
import type { Publisher } from '../../packer/publisher.ts';
import { Receipt } from '../../packer/receipt.ts';
import type { EventSink } from '../../session-event.ts';
import type { Allowance } from './allowance.ts';
import type { EventItems } from './event-items.ts';
import { Problem, type Rejection } from './problem.ts';
import type { Refusal } from '../event-rules/refusal.ts';

/** Longest that one body keeps the event loop before others get their turn. */
const TURN_MS = 5;

/** Items between two looks at the clock: rules may look at one for milliseconds. */
const ITEMS_PER_LOOK = 4;

const SEQ_NOT_ABOVE: Refusal = {
  code: 'seq_not_above',
  error: 'seq: is that of the message before: a criterion has a number of its own, messages and criteria share one numbering',
};

/** What a publisher is told when its events are durable. */
export interface Taken {
  readonly accepted: number;
  /** The first of them: `FF_INGEST_REJECTIONS_SHOWN`. */
  readonly rejected: readonly Rejection[];
  readonly rejectedCount: number;
}

/** Takes the items of bodies, whatever their format. */
export class ItemIntake {
  readonly #settings: Pick<IngestSettings, 'rejectionsShown'>;
  readonly #publisher: Publisher;
  readonly #counters: Counters;

  constructor(settings: Pick<IngestSettings, 'rejectionsShown'>, publisher: Publisher, counters: Counters) {
    this.#settings = settings;
    this.#publisher = publisher;
    this.#counters = counters;
  }

  /**
   * Resolves when every good item of a body is durable.
   * @param itemsOf the body's items, from the first one on
   * @throws Problem 403 if it speaks of none but foreign nodes, 429; what the log threw, if it can't be written
   */
  async take(itemsOf: () => EventItems, allowance: Allowance): Promise<Taken> {
    if (allowance.isUrgentOnly && holdsMessage(itemsOf())) throw allowance.tooMuch();
    const receipt = new Receipt();
    const { foreignCount, ...taken } = await this.#pack(itemsOf(), receipt, allowance);
    await receipt.settled();
    this.#counters.accepted += taken.accepted;
    if (taken.accepted > 0 || foreignCount === 0 || foreignCount < taken.rejectedCount) return taken;
    const { rejected, rejectedCount } = taken;
    throw new Problem(403, 'you may not speak for the nodes of these events', { code: 'foreign_node', rejected, rejectedCount });
  }

  async #pack(items: EventItems, receipt: Receipt, allowance: Allowance): Promise<Taken & { readonly foreignCount: number }> {
    const sink: EventSink = { add: (event) => this.#publisher.add(event, receipt) };
    const rejected: Rejection[] = [];
    let accepted = 0;
    let rejectedCount = 0;
    let foreignCount = 0;
    let turnEndMs = performance.now() + TURN_MS;
    // Behind a record that is lost, the rest would leave a hole in its sessions; the request is answered with the failure.
    while (!receipt.hasFailed && items.next()) {
      const foreign = items.refusal ? null : allowance.refusalOf(items.node);
      const refusal = items.refusal ?? foreign ?? (items.deliver(sink) ? null : SEQ_NOT_ABOVE);
      if (refusal === null) accepted += 1;
      else {
        if (foreign) foreignCount += 1;
        rejectedCount += 1;
        this.#counters.rejected(refusal.code);
        if (rejected.length < this.#settings.rejectionsShown) rejected.push({ line: items.line, ...refusal });
      }
      if ((accepted + rejectedCount) % ITEMS_PER_LOOK === 0 && performance.now() > turnEndMs) {
        await nextTurn();
        turnEndMs = performance.now() + TURN_MS;
      }
    }
    allowance.spend(accepted + rejectedCount);
    return { accepted, rejected, rejectedCount, foreignCount };
  }
}

/** At once: who may ask is bounded by MAX_URGENT_BYTES. */
function holdsMessage(items: EventItems): boolean {
  let count = 0;
  const messages: EventSink = {
    add: ({ kind }) => {
      if (kind === 'message') count += 1;
      return true;
    },
  };
  while (items.next()) {
    if (items.refusal === null) items.deliver(messages);
  }
  return count > 0;
}
