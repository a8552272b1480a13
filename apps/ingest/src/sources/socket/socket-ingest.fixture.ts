import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IngestSettings } from '@fleet-forensics/shared/settings/ingest-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { SocketSettings } from '@fleet-forensics/shared/settings/socket-settings';
import type { SessionBatch } from '@fleet-forensics/shared/wire/session-event';
import { vi } from 'vitest';
import { Counters } from '../../counters.ts';
import { Packer } from '../../packer/packer.ts';
import { linesOf, POLICY } from '../../packer/packing.fixture.ts';
import { Publisher } from '../../packer/publisher.ts';
import { CriterionNames } from '../../policy/criterion-names.ts';
import { ConstantPolicy } from '../../policy/policy-source.ts';
import { MemoryLog } from '../http/ingest-app.fixture.ts';
import { SocketSource } from './socket-source.ts';

const CLOCK = () => performance.now();

/** The socket source on a socket of its own, over a log in memory. */
export class SocketIngest {
  readonly log = new MemoryLog();
  readonly counters = new Counters();
  readonly warnings: string[] = [];
  readonly dir = mkdtempSync(join(tmpdir(), 'node-socket-'));
  readonly path = join(this.dir, 'node.sock');
  source!: SocketSource;
  readonly #publisher: Publisher;
  readonly #settings: IngestSettings;
  readonly #policies = new ConstantPolicy({ ...POLICY, criteria: ['FailedLogin', 'UntimelyDeath'] });

  private constructor(environment: Record<string, string>) {
    this.#settings = readSettings(IngestSettings, environment);
    const packer = new Packer(this.#settings, this.#policies, this.counters, CLOCK);
    this.#publisher = new Publisher(packer, this.log.producer(), this.counters, CLOCK);
  }

  static async start(environment: Record<string, string> = {}): Promise<SocketIngest> {
    const ingest = new SocketIngest(environment);
    const { counters, path, warnings } = ingest;
    ingest.source = await SocketSource.open(readSettings(SocketSettings, { FF_SOCKET_PATH: path, ...environment }), {
      node: 'ftp-1',
      settings: ingest.#settings,
      criteria: new CriterionNames(ingest.#policies.criteria),
      publisher: ingest.#publisher,
      counters,
      warn: (warning) => warnings.push(warning),
    });
    return ingest;
  }

  async connect(): Promise<Socket> {
    const socket = connect(this.path);
    await once(socket, 'connect');
    // Ingest may close it while frames are on their way.
    socket.on('error', () => {});
    return socket;
  }

  /** What is on the log of the session once `isThere` holds of it. */
  async when(session: string, isThere: (batches: readonly SessionBatch[]) => boolean): Promise<SessionBatch[]> {
    return vi.waitUntil(
      () => {
        const batches = this.batchesOf(session);
        return isThere(batches) ? batches : undefined;
      },
      { timeout: 20_000, interval: 5 },
    );
  }

  batchesOf(session: string): SessionBatch[] {
    return this.log.batches.filter((batch) => batch.session === session);
  }

  linesOf(session: string): string[] {
    return this.batchesOf(session).flatMap(({ messages }) => linesOf(messages));
  }

  async close(): Promise<void> {
    this.log.release();
    await this.source.close();
    await this.#publisher.close();
    rmSync(this.dir, { recursive: true });
  }
}

export function hasEnded(batches: readonly SessionBatch[]): boolean {
  return batches.some(({ end }) => end !== undefined);
}
