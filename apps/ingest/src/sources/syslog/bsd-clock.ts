import { logClock, MONTHS, type UtcOffset } from '@fleet-forensics/shared/proftpd/log-clock';

const DAY_US = 86_400_000_000;

/** Reads RFC 3164's stamps, which have no zone, no fraction and mostly no year. */
export class BsdClock {
  readonly #read: (stamp: string) => number;
  readonly #nowMs: () => number;
  /** The stamp read last: lines come in bursts. */
  #stamp = '';
  #timeUs = 0;

  /** @param nowMs milliseconds since 1970 */
  constructor(offset: UtcOffset, nowMs: () => number) {
    this.#read = logClock(offset);
    this.#nowMs = nowMs;
  }

  /**
   * Microseconds since 1970; 0 if there is no such time. Without a year it is the latest one in which the time lies no more than a
   * day ahead of now: a line of New Year's Eve that comes in January is last year's, and a clock may be wrong by hours.
   * @param time `hh:mm:ss`
   */
  microsecondsOf(month: string, day: number, time: string, year?: string): number {
    const stamp = `${month} ${day} ${time} ${year ?? ''}`;
    if (stamp === this.#stamp) return this.#timeUs;
    this.#stamp = stamp;
    const ofYear = `-${pad(MONTHS.indexOf(month) + 1)}-${pad(day)} ${time}`;
    this.#timeUs = year === undefined ? this.#latest(ofYear) : this.#read(year + ofYear) || 0;
    return this.#timeUs;
  }

  #latest(ofYear: string): number {
    const nowMs = this.#nowMs();
    const thisYear = new Date(nowMs).getUTCFullYear();
    for (const year of [thisYear + 1, thisYear, thisYear - 1]) {
      const timeUs = this.#read(`${year}${ofYear}`);
      if (timeUs <= nowMs * 1000 + DAY_US) return timeUs;
    }
    return 0;
  }
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
