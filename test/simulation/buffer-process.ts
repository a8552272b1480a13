import { SessionBuffer } from '@fleet-forensics/buffer/session-buffer';
import type { ConsumerHandlers } from '@fleet-forensics/shared/bus/port';
import { BufferSettings } from '@fleet-forensics/shared/settings/buffer-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { cuttingBlocks } from './block-pieces.ts';
import { Member } from './member.ts';
import { SimulatedProducer } from './simulated-producer.ts';
import type { SimulatedProcess, World } from './world.ts';

const DEFAULTS = readSettings(BufferSettings, {});

/** A buffer: what apps/buffer runs, but for Nest and its timer. */
export class BufferProcess implements SimulatedProcess {
  readonly name: string;
  readonly member: Member;
  readonly buffer: SessionBuffer;
  readonly #world: World;
  isAlive = true;
  isStalled = false;

  constructor(world: World) {
    const { network, log, clock, scenario, sabotage, trace } = world;
    this.#world = world;
    this.name = `buffer-${world.nextNumber()}`;
    const producer = cuttingBlocks(new SimulatedProducer(this, network, log), scenario.messagesPerPart);
    this.buffer = new SessionBuffer({
      producer: sabotage.producer(producer, () => this.buffer),
      settings: settingsOf(world),
      warn: (message) => world.warn(this, message),
      now: () => clock.nowMs,
      bounds: { window: scenario.checkpointWindow, pieceBytes: scenario.checkpointPieceBytes, stateBytes: 0 },
    });
    const handlers = sabotage.handlers(this.#handlers(world));
    this.member = new Member(this, { group: world.buffers, log, network, trace }, handlers);
  }

  tick(): void {
    this.buffer.tick().catch((error: unknown) => this.#world.failed(this, error));
  }

  kill(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    const { lost, expired, crowdedOut, checkpoints, lateCheckpoints, checkpointsWritten } = this.buffer.counts;
    const counts = { lost, expired, crowdedOut, checkpoints, lateCheckpoints, checkpointsWritten };
    for (const [what, times] of Object.entries(counts)) this.#world.trace.count(what, times);
  }

  #count(): void {
    const { trace } = this.#world;
    for (const { fold } of this.buffer.owners) {
      if (!fold.isLive) trace.count('batches of a replay');
      for (const { isFounded } of fold.sessions()) if (isFounded) trace.count('batches with a session from a checkpoint');
    }
  }

  #handlers(world: World): ConsumerHandlers {
    return {
      assigned: async (assignments, consumer) => this.buffer.assigned(assignments, consumer),
      batch: async (batch, consumer) => {
        await this.buffer.take(batch, consumer);
        this.#count();
      },
      revoked: (ownerships) => this.buffer.revoked(ownerships),
      failed: (error) => world.failed(this, error),
    };
  }
}

function settingsOf({ scenario }: World): BufferSettings {
  const { commitMs, idleS, maxSessions: sessions, checkpointBytes } = scenario;
  return Object.assign(new BufferSettings(), DEFAULTS, { commitMs, idleS, sessions, checkpointBytes });
}
