import { Controller, Inject, Module, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, type MicroserviceOptions, Payload, Transport } from '@nestjs/microservices';
import { Kafka, logLevel } from 'kafkajs';
import { BLOCKS_TOPIC, broker, CONSUMER, events, groupId, LINES_TOPIC, RUN } from './peer-settings.ts';
import { SessionEventDto } from './session-event.dto.ts';
import { SessionRings } from './session-rings.ts';
import { Tally } from './tally.ts';

// Nest's Kafka transport as its documentation has it: a record per line, JSON, a validated DTO.
const client = { clientId: 'nest-consumer', brokers: [broker], logLevel: logLevel.ERROR };
const producer = new Kafka(client).producer();
const tally = new Tally(events);

@Controller()
class LinesController {
  readonly #rings: SessionRings;

  constructor(@Inject(SessionRings) rings: SessionRings) {
    this.#rings = rings;
  }

  @EventPattern(LINES_TOPIC)
  async line(@Payload() event: SessionEventDto): Promise<void> {
    tally.started();
    await this.#rings.take(event);
    tally.handled();
  }
}

@Module({
  controllers: [LinesController],
  providers: [
    {
      provide: SessionRings,
      useFactory: () =>
        new SessionRings((key, lines) =>
          producer.send({ topic: BLOCKS_TOPIC, messages: [{ key, value: JSON.stringify(lines) }] }),
        ),
    },
  ],
})
class LinesModule {}

await producer.connect();
const app = await NestFactory.createMicroservice<MicroserviceOptions>(LinesModule, {
  transport: Transport.KAFKA,
  logger: ['error', 'warn'],
  options: {
    client,
    consumer: { groupId, ...CONSUMER },
    run: RUN,
    subscribe: { fromBeginning: true },
  },
});
app.useGlobalPipes(new ValidationPipe({ transform: true, expectedType: SessionEventDto }));
await app.listen();
process.on('disconnect', () => process.exit());
