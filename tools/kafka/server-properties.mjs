import { join } from 'node:path';

/**
 * @typedef {object} Place
 * @property {number} port
 * @property {number} controllerPort
 * @property {string} kept the directory of its data
 * @property {readonly string[]} listeners further ones, e.g. `SECURE://127.0.0.1:12345`
 */

/**
 * What the local broker is told: one node that is broker and controller (KRaft), on 127.0.0.1 only.
 * @param {Place} place
 * @returns {Record<string, string>}
 */
export function serverProperties({ port, controllerPort, kept, listeners }) {
  const forClients = [`BROKER://127.0.0.1:${port}`, ...listeners].join(',');
  const forController = `127.0.0.1:${controllerPort}`;
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@${forController}`,
    listeners: `${forClients},CONTROLLER://${forController}`,
    'advertised.listeners': forClients,
    'inter.broker.listener.name': 'BROKER',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(kept, 'partitions'),
    // Kafka locks this directory before it writes anything only if it is one of its own (KafkaRaftManager): else a second broker
    // on the same data would damage the metadata before it is refused.
    'metadata.log.dir': join(kept, 'metadata'),
    'auto.create.topics.enable': 'false',
    // One broker can't hold more copies.
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    // Few groups: fewer partitions to make at the first commit and to load at each start.
    'offsets.topic.num.partitions': '4',
    // A lone member need not wait for others; one that asks for it is given up soon.
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '500',
    // A broker that was killed can register again only when its last session is over.
    'broker.heartbeat.interval.ms': '500',
    'broker.session.timeout.ms': '2000',
    // The default is 128 MiB of the heap.
    'log.cleaner.dedupe.buffer.size': '8388608',
  };
}
