import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { ForensicsError, messageOf } from '@fleet-forensics/shared/error';
import { parseUtcOffset } from '@fleet-forensics/shared/proftpd/log-clock';
import type { ProftpdLog } from '@fleet-forensics/shared/proftpd/log-entry';
import { HOLD_BACK_MS } from '@fleet-forensics/shared/proftpd/node-logs';
import type { OpenSession } from '@fleet-forensics/shared/proftpd/session-assembly';
import type { NodeLogSettings } from '@fleet-forensics/shared/settings/node-log-settings';
import type { OpenSource, Source, SourcePorts } from '../source.ts';
import { Fifo } from './fifo.ts';
import { FollowedFiles } from './followed-files.ts';
import type { Input } from './input.ts';
import { InputJournal } from './input-journal.ts';
import { LineGate } from './line-gate.ts';
import { type LogPlace, placesOf } from './log-place.ts';
import { KEEP_ALIVE_S } from './packer-event.ts';
import { RecordedLogs } from './recorded-logs.ts';
import { SessionProcesses } from './session-processes.ts';

/** Files are looked at this often. It is a poll: that works on every file system, and four files cost next to nothing. */
const BEAT_MS = 100;
/** Processes, and whether a FIFO is still the one under its name, are looked at this often. */
const LOOK_MS = 250;
const CLOSE_WITHIN_MS = 2000;

/** The source that the settings switch on; none if they name no log. @throws ForensicsError FF_BAD_SETTING */
export function nodeLogsSources(settings: NodeLogSettings, dataDir: string): readonly OpenSource[] {
  const places = placesOf(settings);
  if (places.length === 0) return [];
  const dir = resolve(settings.dir || join(dataDir, 'node-logs'));
  return [(ports) => NodeLogsSource.open(places, settings, dir, ports)];
}

/** @throws ForensicsError FF_BAD_SETTING if there is something else than a file */
function refuseOther(path: string): void {
  if (!existsSync(path) || statSync(path).isFile()) return;
  throw new ForensicsError('FF_BAD_SETTING', `${path} is no regular file: FF_TAIL_… names files, FF_FIFO_… names FIFOs`);
}

/** A process that is gone, with the session that it was. */
interface GoneProcess {
  readonly session: OpenSession;
  /** All that it wrote had been read at this time, milliseconds since 1970; undefined: not yet. */
  readMs: number | undefined;
}

/** The logs of a ProFTPD without our module: FIFOs and files of one node, put together to its sessions. */
class NodeLogsSource implements Source {
  readonly #places: readonly LogPlace[];
  readonly #settings: NodeLogSettings;
  readonly #ports: SourcePorts;
  readonly #recorded: RecordedLogs;
  readonly #fifos = new Map<ProftpdLog, Fifo>();
  #files: FollowedFiles | undefined;
  readonly #processes = new SessionProcesses();
  /** Sessions whose process is gone. */
  readonly #gone = new Map<string, GoneProcess>();
  #nowMs = 0;
  #lookAtMs = 0;
  #keepAliveAtMs = 0;
  #isClosing = false;
  #beating: Promise<void> = Promise.resolve();
  readonly #warned = new Set<string>();

  private constructor(places: readonly LogPlace[], settings: NodeLogSettings, recorded: RecordedLogs, ports: SourcePorts) {
    this.#places = places;
    this.#settings = settings;
    this.#recorded = recorded;
    this.#ports = ports;
  }

  static async open(places: readonly LogPlace[], settings: NodeLogSettings, dir: string, ports: SourcePorts): Promise<Source> {
    const { node, publisher, counters, warn } = ports;
    for (const { kind, path } of places) if (kind === 'tail') refuseOther(path);
    const journal = new InputJournal(dir);
    if (journal.isDamaged) warn(`a file in ${dir} was damaged: what was read of the node's logs before the restart may be lost`);
    const recorded = new RecordedLogs({
      journal,
      paths: new Map(places.map(({ log, path }) => [log, path])),
      offset: parseUtcOffset(settings.utcOffset) ?? 'local',
      maxBytes: settings.journalBytes,
      node,
      publisher,
      counters: counters.nodeLogs,
      warn,
      now: () => performance.now(),
    });
    const source = new NodeLogsSource(places, settings, recorded, ports);
    try {
      await source.#start();
    } catch (error) {
      await source.close();
      throw error;
    }
    return source;
  }

  get place(): string {
    return this.#places.map(({ kind, path }) => (kind === 'fifo' ? `the FIFO ${path}` : `the file ${path}`)).join(', ');
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#beating;
    for (const fifo of this.#fifos.values()) fifo.close();
    this.#files?.close();
    await this.#recorded.close(CLOSE_WITHIN_MS);
  }

  async #start(): Promise<void> {
    // Writers wait for a reader: FIFOs come first, and what they bring goes to the journal meanwhile.
    for (const place of this.#places) if (place.kind === 'fifo') this.#openFifo(place);
    const readBefore = await this.#recorded.start();
    this.#files = new FollowedFiles({
      places: this.#places.filter(({ kind }) => kind === 'tail'),
      recorded: this.#recorded,
      readBefore,
      sinceMs: this.#recorded.sinceMs,
      counters: this.#ports.counters.nodeLogs,
      take: (input) => this.#take(input),
      now: () => this.#now(),
      warn: this.#ports.warn,
    });
    this.#beating = this.#beat();
  }

  async #beat(): Promise<void> {
    while (!this.#isClosing) {
      let isBehind = false;
      try {
        isBehind = await this.#step();
      } catch (error) {
        this.#warnOnce(`the node's logs: ${messageOf(error)}`);
      }
      await (isBehind ? turn() : sleep(BEAT_MS));
    }
  }

  /** True: files have more. */
  async #step(): Promise<boolean> {
    const nowMs = this.#now();
    await this.#recorded.tend();
    if (!this.#recorded.isLive) {
      this.#files?.close();
      return false;
    }
    if (!this.#recorded.hasRoom) return false;
    if (this.#files?.read()) return true;
    // Behind this turn FIFOs, too, have been read as far as they were written at `nowMs`.
    await turn();
    if (this.#recorded.awaitsTick) this.#take({ kind: 'tick', nowMs });
    this.#buryGone(nowMs);
    if (nowMs >= this.#lookAtMs) this.#look();
    return false;
  }

  #now(): number {
    this.#nowMs = Math.max(this.#nowMs, Date.now());
    return this.#nowMs;
  }

  /** @param tickedMs the logs have been read, and a tick at this time has let go what was held of them for long enough */
  #buryGone(tickedMs: number): void {
    for (const [id, gone] of this.#gone) {
      gone.readMs ??= this.#now();
      // Ingest may stand still for long between any two lines here: it is not the time that counts, but what has been read by then.
      if (gone.readMs + HOLD_BACK_MS > tickedMs) continue;
      this.#gone.delete(id);
      this.#ports.counters.nodeLogs.processesGone += 1;
      this.#take({ kind: 'processGone', pid: gone.session.pid, session: id });
    }
  }

  #look(): void {
    this.#lookAtMs = this.#nowMs + LOOK_MS;
    if (this.#settings.processes) {
      for (const session of this.#processes.check(this.#recorded.openSessions())) {
        if (!this.#gone.has(session.id)) this.#gone.set(session.id, { session, readMs: undefined });
      }
    }
    for (const place of this.#places) if (place.kind === 'fifo') this.#keepFifo(place);
    if (this.#nowMs < this.#keepAliveAtMs) return;
    const halfMs = (KEEP_ALIVE_S * 1000) / 2;
    this.#keepAliveAtMs = this.#nowMs + halfMs;
    this.#recorded.keepAlive(this.#nowMs - halfMs);
  }

  #openFifo({ log, path }: LogPlace): void {
    const { nodeLogs } = this.#ports.counters;
    const gate = new LineGate();
    const take = (chunk: Buffer): void => {
      const { taken, droppedBytes, droppedLines } = gate.pass(chunk, this.#recorded.hasRoom);
      nodeLogs.fifoBytesDropped += droppedBytes;
      nodeLogs.fifoLinesDropped += droppedLines;
      if (taken.length > 0) this.#take({ kind: 'bytes', log, nowMs: this.#now(), data: taken, ino: 0 });
    };
    this.#fifos.set(log, new Fifo(path, take, (message) => this.#warnOnce(message)));
  }

  /** Who rotates a FIFO away leaves the server's next process without a reader. */
  #keepFifo(place: LogPlace): void {
    const fifo = this.#fifos.get(place.log);
    if (fifo?.isCurrent) return;
    fifo?.close();
    this.#fifos.delete(place.log);
    this.#openFifo(place);
    this.#ports.warn(
      `the FIFO ${place.path} was gone or replaced: it is open again, but ProFTPD may still write to the one before it; restart ProFTPD, or send it SIGHUP`,
    );
  }

  #take(input: Input): void {
    if (input.kind === 'bytes') this.#ports.counters.nodeLogs.bytes += input.data.length;
    this.#recorded.take(input);
  }

  /** A file that can't be read now is tried again at every beat. */
  #warnOnce(message: string): void {
    if (this.#warned.has(message) || this.#warned.size >= 100) return;
    this.#warned.add(message);
    this.#ports.warn(message);
  }
}
