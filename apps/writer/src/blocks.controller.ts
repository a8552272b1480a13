import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { revokedOf, type BusContext } from '@fleet-forensics/shared/bus/bus-server';
import type { Batch, Ownership } from '@fleet-forensics/shared/bus/port';
import { BLOCKS } from '@fleet-forensics/shared/topics';
import { BlocksConsumer } from './blocks-consumer.ts';

@Controller()
export class BlocksController {
  readonly #blocks: BlocksConsumer;

  constructor(@Inject(BlocksConsumer) blocks: BlocksConsumer) {
    this.#blocks = blocks;
  }

  @EventPattern<string>(BLOCKS)
  async batch(@Payload() batch: Batch, @Ctx() { consumer }: BusContext): Promise<void> {
    await this.#blocks.take(batch, consumer);
  }

  @EventPattern<string>(revokedOf(BLOCKS))
  revoked(@Payload() ownerships: readonly Ownership[]): void {
    this.#blocks.revoked(ownerships);
  }
}
