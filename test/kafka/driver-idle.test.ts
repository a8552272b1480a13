import { createHook } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createTopic, numbered } from '../contract/bus-harness.ts';
import { describeKafka } from './broker.ts';
import { openBus } from './driver-bus.ts';

await describeKafka('a producer that has nothing to send', (brokers) => {
  it('leaves the CPU alone: it sets no timer each millisecond, as kafkajs would', async () => {
    const { bus } = openBus(brokers);
    const topic = await createTopic(bus, 1);
    await bus.producer().send(topic, numbered(1, 0));
    let timers = 0;
    const hook = createHook({
      init: (_, type) => {
        if (type === 'Timeout') timers++;
      },
    }).enable();
    await pause(300);
    hook.disable();
    expect(timers).toBeLessThan(30);
  });
});
