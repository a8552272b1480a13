import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { assignedOf, revokedOf, type BusContext } from '@fleet-forensics/shared/bus/bus-server';
import type { Assignment, Batch, Ownership } from '@fleet-forensics/shared/bus/port';
import { SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import { SessionBuffer } from './session-buffer.ts';

@Controller()
export class SessionEventsController {
  readonly #buffer: SessionBuffer;

  constructor(@Inject(SessionBuffer) buffer: SessionBuffer) {
    this.#buffer = buffer;
  }

  @EventPattern<string>(assignedOf(SESSION_EVENTS))
  assigned(@Payload() assignments: readonly Assignment[], @Ctx() { consumer }: BusContext): void {
    this.#buffer.assigned(assignments, consumer);
  }

  @EventPattern<string>(SESSION_EVENTS)
  async batch(@Payload() batch: Batch, @Ctx() { consumer }: BusContext): Promise<void> {
    await this.#buffer.take(batch, consumer);
  }

  @EventPattern<string>(revokedOf(SESSION_EVENTS))
  async revoked(@Payload() ownerships: readonly Ownership[]): Promise<void> {
    await this.#buffer.revoked(ownerships);
  }
}
