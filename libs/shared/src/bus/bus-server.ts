import { setTimeout as pause } from 'node:timers/promises';
import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom, throwError, type Observable } from 'rxjs';
import { ForensicsError } from '../error.ts';
import { PartitionProgress, type PartitionState } from './partition-progress.ts';
import type { Assignment, Batch, Bus, Consumer, Ownership } from './port.ts';

/** What an event handler gets as its `@Ctx()`. */
export interface BusContext {
  readonly consumer: Consumer;
}

/** Pattern of the event `(assignments: Assignment[], context)`: see ConsumerHandlers.assigned. */
export function assignedOf(topic: string): string {
  return `${topic}#assigned`;
}

/** Pattern of the event `(ownerships: Ownership[], context)`: see ConsumerHandlers.revoked. */
export function revokedOf(topic: string): string {
  return `${topic}#revoked`;
}

const LOOK_EVERY_MS = 5;

/** What lies on the owned partitions is looked at this often. */
const SURVEY_EVERY_MS = 15_000;

export interface BusServerOptions {
  readonly bus: Bus;
  readonly group: string;
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
  /** Told what the driver goes on from, e.g. a handler's rejection before its records come again. */
  readonly failed: (error: unknown) => void;
}

/**
 * Nest transport over the bus: hands whole batches to `@EventPattern(topic)` handlers and waits for them. A handler that
 * rejects gets the same records again, as the port says.
 */
export class BusServer extends Server implements CustomTransportStrategy {
  readonly #options: BusServerOptions;
  readonly #progress = new PartitionProgress(() => performance.now());
  #consumer: Consumer | undefined;
  #survey: NodeJS.Timeout | undefined;
  #isLooking = false;

  constructor(options: BusServerOptions) {
    super();
    this.#options = options;
  }

  listen(callback: (error?: unknown) => void): void {
    this.#join().then(
      () => callback(),
      (error: unknown) => callback(error),
    );
  }

  async close(): Promise<void> {
    clearInterval(this.#survey);
    await this.#consumer?.close();
    this.#consumer = undefined;
  }

  /** How far it has come on each partition that it owns. */
  get partitions(): readonly PartitionState[] {
    return this.#progress.all;
  }

  /** What only a restart mends, a phrase each: see PartitionProgress. */
  stuckFor(ms: number): string[] {
    return this.#progress.stuckFor(ms);
  }

  /** Resolves when every record that lies on the owned partitions now is handled; false if that is not so in time. */
  async caughtUp(withinMs: number): Promise<boolean> {
    const ends = await Promise.all(
      this.partitions.map(async (owned) => ({ owned, ...(await this.#options.bus.offsets(owned)) })),
    );
    const isBehind = () => ends.some(({ owned, end }) => (this.#progress.nextOf(owned) ?? end) < end);
    for (const giveUpAt = performance.now() + withinMs; isBehind(); await pause(LOOK_EVERY_MS)) {
      if (performance.now() > giveUpAt) return false;
    }
    return true;
  }

  override on(): void {
    throw new ForensicsError('FF_NOT_SUPPORTED', 'the bus transport has no events of its own');
  }

  override unwrap(): never {
    throw new ForensicsError('FF_NOT_SUPPORTED', "the bus transport's consumer comes with each event's context");
  }

  async #join(): Promise<void> {
    const { bus, group, maxBatchRecords, maxBatchBytes, failed } = this.#options;
    const topics = [...this.messageHandlers.keys()].filter((pattern) => !pattern.includes('#'));
    this.#consumer = await bus.consume(
      { group, topics, maxBatchRecords, maxBatchBytes },
      {
        assigned: async (assignments, consumer) => {
          for (const { committed, begin, end, ...id } of assignments)
            this.#progress.assigned(id, committed?.offset ?? begin, end);
          await this.#byTopic(assignedOf, assignments, consumer);
        },
        revoked: async (ownerships, consumer) => {
          for (const ownership of ownerships) this.#progress.revoked(ownership);
          await this.#byTopic(revokedOf, ownerships, consumer);
        },
        batch: async (batch, consumer) => {
          this.#progress.tried(batch, batch.end);
          try {
            await this.#dispatch(batch.topic, batch, consumer);
            this.#progress.handled(batch, batch.records.at(-1)!.offset + 1);
          } finally {
            this.#progress.tried(batch, batch.end);
          }
        },
        failed,
      },
    );
    this.#survey = setInterval(() => void this.#lookAtLog(), SURVEY_EVERY_MS);
    this.#survey.unref();
  }

  /** One that takes longer than the time between two is waited for. */
  async #lookAtLog(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      for (const owned of this.partitions) this.#progress.found(owned, await this.#options.bus.offsets(owned));
    } catch {
      // Whoever uses the log is told that it is away; here it means only that nothing is known.
      for (const owned of this.partitions) this.#progress.unknown(owned);
    } finally {
      this.#isLooking = false;
    }
  }

  async #byTopic(pattern: (topic: string) => string, owned: readonly Ownership[], consumer: Consumer): Promise<void> {
    for (const topic of new Set(owned.map((ownership) => ownership.topic))) {
      const ofTopic = owned.filter((ownership) => ownership.topic === topic);
      await this.#dispatch(pattern(topic), ofTopic, consumer);
    }
  }

  async #dispatch(
    pattern: string,
    payload: Batch | readonly Assignment[] | readonly Ownership[],
    consumer: Consumer,
  ): Promise<void> {
    const handler: MessageHandler | undefined = this.messageHandlers.get(pattern);
    if (!handler) return;
    const context: BusContext = { consumer };
    const result: unknown = await handler(payload, context);
    if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
  }
}

/** Lets a handler's own error reach the bus; Nest's default filter would replace it with "Internal server error". */
@Catch()
export class KeepErrorFilter implements RpcExceptionFilter<unknown> {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
