import type { Ledger } from '@fleet-forensics/shared/wire/session-event';

/** A session's account of its messages since the last block, kept up to date by the fold. */
export class OpenLedger implements Ledger {
  firstSeq = 0;
  lastSeq = 0;
  received = 0;
  evicted = 0;
  missing = 0;
  repeated = 0;
  droppedAtSource = 0;
  criteriaFired = 0;

  get entries(): Ledger {
    const { firstSeq, lastSeq, received, evicted, missing, repeated, droppedAtSource, criteriaFired } = this;
    return { firstSeq, lastSeq, received, evicted, missing, repeated, droppedAtSource, criteriaFired };
  }

  /** Closes the account with a block: returns it, and starts anew but for the criteria fired. */
  close(): Ledger {
    this.criteriaFired += 1;
    const { entries } = this;
    this.firstSeq = 0;
    this.lastSeq = 0;
    this.received = 0;
    this.evicted = 0;
    this.missing = 0;
    this.repeated = 0;
    this.droppedAtSource = 0;
    return entries;
  }
}
