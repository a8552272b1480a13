import type { ForensicsError } from '@fleet-forensics/shared/error';
import { RareWarning } from '@fleet-forensics/shared/process/rare-warning';
import type { SocketCounters } from './socket-counters.ts';

/** Connections that ingest closes for what they said or did not say: counted, and told once in a while for each reason. */
export class ClosedConnections {
  readonly #counters: SocketCounters;
  readonly #warn: (message: string) => void;
  readonly #now: () => number;
  /** By code: the source throws a handful of them. */
  readonly #warnings = new Map<string, RareWarning>();

  /** @param now milliseconds of a clock that never goes back */
  constructor(counters: SocketCounters, warn: (message: string) => void, now: () => number) {
    this.#counters = counters;
    this.#warn = warn;
    this.#now = now;
  }

  add({ code, message }: ForensicsError): void {
    if (code === 'FF_SESSION_TAKEN') this.#counters.sessionsTaken += 1;
    else if (code === 'FF_NO_OPEN') this.#counters.silent += 1;
    else this.#counters.damaged += 1;
    this.#warningOf(code).tell(`socket: a connection was closed: ${code}: ${message}`);
  }

  #warningOf(code: string): RareWarning {
    let warning = this.#warnings.get(code);
    if (!warning) this.#warnings.set(code, (warning = new RareWarning(this.#warn, this.#now)));
    return warning;
  }
}
