import { Kafka, logLevel } from 'kafkajs';
import { BLOCKS_TOPIC, broker, CONSUMER, events, groupId, LINES_TOPIC, RUN } from './peer-settings.ts';
import { type SessionEvent, SessionRings } from './session-rings.ts';
import { Tally } from './tally.ts';

// kafkajs as its README has it: a record per line, JSON, eachMessage, commits by itself.
const kafka = new Kafka({ clientId: 'kafkajs-consumer', brokers: [broker], logLevel: logLevel.ERROR });
const producer = kafka.producer();
const consumer = kafka.consumer({ groupId, ...CONSUMER });
const tally = new Tally(events);
const rings = new SessionRings((key, lines) =>
  producer.send({ topic: BLOCKS_TOPIC, messages: [{ key, value: JSON.stringify(lines) }] }),
);

await producer.connect();
await consumer.connect();
await consumer.subscribe({ topics: [LINES_TOPIC], fromBeginning: true });
await consumer.run({
  ...RUN,
  eachMessage: async ({ message }) => {
    tally.started();
    await rings.take(JSON.parse(message.value!.toString()) as SessionEvent);
    tally.handled();
  },
});
process.on('disconnect', () => process.exit());
