import { LogType } from '@fleet-forensics/shared/wire/log-type';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, extendedLine, systemLine, traceLine } from '../../../../../libs/shared/src/proftpd/node-logs.fixture.ts';
import { FlakyLog, Recording } from './recording.fixture.ts';
import { scratchDir, WrittenLog } from './scratch-node.fixture.ts';

type Step =
  | { readonly kind: 'write'; readonly log: number; readonly pid: number; readonly lines: number; readonly isOld: boolean }
  | { readonly kind: 'failLogin'; readonly pid: number }
  | { readonly kind: 'rotate' | 'truncate'; readonly log: number }
  | { readonly kind: 'read'; readonly times: number; readonly passMs: number }
  | { readonly kind: 'restart' | 'kill' | 'logFails' | 'logWorks' };

/** SystemLog and TraceLog are files, ExtendedLog is a FIFO. */
const FIFO = 2;
const log = fc.nat(FIFO);
const process = fc.integer({ min: 1, max: 6 });
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        kind: fc.constant('write' as const),
        log,
        pid: process,
        lines: fc.integer({ min: 1, max: 30 }),
        isOld: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('failLogin' as const), pid: process }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('rotate' as const, 'truncate' as const), log: fc.nat(FIFO - 1) }) },
    {
      weight: 10,
      arbitrary: fc.record({
        kind: fc.constant('read' as const),
        times: fc.integer({ min: 1, max: 5 }),
        passMs: fc.constantFrom(0, 20, 100, 400, 1500),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constantFrom('restart', 'kill', 'kill', 'logFails', 'logWorks', 'logWorks') }),
    },
  ),
  { minLength: 10, maxLength: 60 },
);

/** A server that logs, logrotate, and an ingest that reads and is restarted and killed. */
class World {
  readonly #scratch = scratchDir();
  readonly files = ([LogType.SystemLog, LogType.TraceLog] as const).map((type) => new WrittenLog(this.#scratch.dir, type));
  readonly log = new FlakyLog();
  readonly written: string[] = [];
  failedLogins = 0;
  #ms = 1000;
  #recording!: Recording;

  async start(): Promise<void> {
    const { dir } = this.#scratch;
    const fifo = { log: LogType.ExtendedLog, kind: 'fifo', path: '' } as const;
    const places = [...this.files.map(({ place }) => place), fifo];
    this.#recording = await Recording.start({ dir, places, log: this.log }, DAY_MS + this.#ms);
  }

  async do(step: Step): Promise<void> {
    switch (step.kind) {
      case 'write':
        for (let line = 0; line < step.lines; line += 1) this.#write(step.log, step.pid, step.isOld);
        break;
      case 'failLogin':
        this.#failLogin(step.pid);
        break;
      case 'rotate':
        this.files[step.log]!.rotate();
        break;
      case 'truncate':
        await this.#truncate(step.log);
        break;
      case 'read':
        this.#ms += step.passMs;
        for (let time = 0; time < step.times; time += 1) await this.#recording.step(DAY_MS + this.#ms);
        break;
      case 'restart':
        await this.#recording.close();
        await this.start();
        break;
      case 'kill':
        await this.#recording.kill();
        await this.start();
        break;
      case 'logFails':
      case 'logWorks':
        this.log.fails = step.kind === 'logFails';
        break;
    }
  }

  /** The log works, and time passes until nothing is left to do. */
  async finish(): Promise<void> {
    this.log.fails = false;
    for (let beats = 0; beats < 100; beats += 1) {
      this.#ms += 1000;
      while (await this.#recording.step(DAY_MS + this.#ms));
    }
    await this.#recording.close();
  }

  remove(): void {
    for (const written of this.files) written.close();
    this.#scratch.remove();
  }

  #write(logIndex: number, pid: number, isOld: boolean): void {
    this.#ms += 1;
    const number = this.written.length;
    const line = [
      systemLine(this.#ms, pid, `line ${number}`),
      traceLine(this.#ms, pid, `<command:7>: line ${number}`),
      extendedLine(this.#ms, pid, { cmd: `LINE${number}` }),
    ][logIndex]!;
    this.#put(logIndex, line, isOld);
  }

  #failLogin(pid: number): void {
    this.#ms += 1;
    this.failedLogins += 1;
    this.#put(0, systemLine(this.#ms, pid, `USER u${this.written.length} (Login failed): Incorrect password`), false);
    this.#put(2, extendedLine(this.#ms, pid, { cmd: 'PASS', code: 530, ouser: `u${this.written.length}` }), false);
  }

  #put(logIndex: number, line: string, isOld: boolean): void {
    this.written.push(line);
    if (logIndex < FIFO) this.files[logIndex]!.write(line, isOld);
    else {
      // What stands in a FIFO is read whatever ingest is busy with.
      const data = Buffer.from(`${line}\n`, 'latin1');
      this.#recording.take({ kind: 'bytes', log: LogType.ExtendedLog, nowMs: DAY_MS + this.#ms, data, ino: 0 });
    }
  }

  /**
   * The copy that logrotate makes is known by the part of it that has been read: a file is truncated only when its beginning has been
   * read, with more behind it that has not.
   */
  async #truncate(logIndex: number): Promise<void> {
    this.#write(logIndex, 1, false);
    while (await this.#recording.step(DAY_MS + this.#ms));
    if (!this.#recording.isLive) return;
    for (let line = 0; line < 3; line += 1) this.#write(logIndex, 1 + line, false);
    this.files[logIndex]!.copyAndTruncate();
  }
}

describe('whatever befalls the logs and ingest', () => {
  it('every line comes out once, under one number of its session, and every failed login is told once', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const world = new World();
        try {
          await world.start();
          for (const step of given) await world.do(step);
          await world.finish();
          const lines = [...world.log.linesBySession.values()].flatMap((session) => [...session.values()]);
          expect(lines.toSorted()).toEqual(world.written.toSorted());
          expect(world.log.criteria.filter((criterion) => criterion.endsWith('FailedLogin'))).toHaveLength(world.failedLogins);
        } finally {
          world.remove();
        }
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
