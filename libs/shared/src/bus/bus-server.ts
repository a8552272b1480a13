import { setTimeout as pause } from 'node:timers/promises';
import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom, throwError, type Observable } from 'rxjs';
import { ForensicsError } from '../error.ts';
import type { Assignment, Batch, Bus, Consumer, Ownership, PartitionId } from './port.ts';

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

function keyOf({ topic, partition }: PartitionId): string {
  return `${topic}/${partition}`;
}

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
  /** Offset of the next record that is not handled, by partition owned. */
  readonly #next = new Map<string, PartitionId & { offset: number }>();
  #consumer: Consumer | undefined;

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
    await this.#consumer?.close();
    this.#consumer = undefined;
  }

  /** Resolves when every record that lies on the owned partitions now is handled; false if that is not so in time. */
  async caughtUp(withinMs: number): Promise<boolean> {
    const ends = await Promise.all(
      [...this.#next].map(async ([key, partition]) => [key, (await this.#options.bus.offsets(partition)).end] as const),
    );
    const isBehind = () => ends.some(([key, end]) => (this.#next.get(key)?.offset ?? end) < end);
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
          for (const { topic, partition, committed, begin } of assignments) {
            this.#next.set(keyOf({ topic, partition }), { topic, partition, offset: committed?.offset ?? begin });
          }
          await this.#byTopic(assignedOf, assignments, consumer);
        },
        revoked: async (ownerships, consumer) => {
          for (const ownership of ownerships) this.#next.delete(keyOf(ownership));
          await this.#byTopic(revokedOf, ownerships, consumer);
        },
        batch: async (batch, consumer) => {
          await this.#dispatch(batch.topic, batch, consumer);
          const { topic, partition } = batch;
          this.#next.set(keyOf(batch), { topic, partition, offset: batch.records.at(-1)!.offset + 1 });
        },
        failed,
      },
    );
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
