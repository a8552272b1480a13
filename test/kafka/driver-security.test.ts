import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../tools/kafka/free-port.mjs';
import { startJvm, type Kafka } from '../../tools/kafka/jvm.mjs';
import { createTopic, numbered, readAll, text } from '../contract/bus-harness.ts';
import { describeKafkaProcess } from './broker.ts';
import { openBus } from './driver-bus.ts';
import { KafkaProcess } from './kafka-process.ts';

const PASSWORD = 'correct horse battery staple';

await describeKafkaProcess('a broker that asks who we are, over TLS', (kafka) => {
  let dir: string;
  let broker: KafkaProcess;
  let environment: Record<string, string>;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kafka-secure-'));
    const port = await freePort();
    broker = await KafkaProcess.start(kafka, {
      listeners: [`SECURE://127.0.0.1:${port}`],
      properties: await secureProperties(dir),
    });
    for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) {
      await addUser(kafka, broker.brokers, mechanism, join(dir, 'add-user.log'));
    }
    await writeFile(join(dir, 'password'), `${PASSWORD}\n`);
    environment = {
      FF_KAFKA_BROKERS: `127.0.0.1:${port}`,
      FF_KAFKA_TLS: 'on',
      FF_KAFKA_TLS_CA: join(dir, 'broker.pem'),
      FF_KAFKA_SASL_USER: 'recorder',
      FF_KAFKA_SASL_PASSWORD_FILE: join(dir, 'password'),
    };
  }, 120_000);

  afterAll(async () => {
    await broker?.stop();
    await rm(dir, { recursive: true });
  });

  it.each(['scram-sha-256', 'scram-sha-512', 'plain'])('takes our records and gives them back, with %s', async (mechanism) => {
    const { bus } = openBus([], { ...environment, FF_KAFKA_SASL_MECHANISM: mechanism });
    const topic = await createTopic(bus, 1);
    await bus.producer().send(topic, numbered(3, 0));
    expect(text(await readAll(bus, { topic, partition: 0 }))).toEqual(['0', '1', '2']);
  });

  it('refuses a wrong password, and what we tell of it holds no password', async () => {
    const file = join(dir, 'wrong-password');
    await writeFile(file, 'Tr0ub4dor&3');
    const { bus, failures } = openBus([], {
      ...environment,
      FF_KAFKA_SASL_MECHANISM: 'scram-sha-256',
      FF_KAFKA_SASL_PASSWORD_FILE: file,
    });
    const refused = await bus.offsets({ topic: 'topic', partition: 0 }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'FF_LOG_UNAVAILABLE', message: expect.stringMatching(/authentication/i) });
    expect(inspect([refused, failures], { depth: 10 })).not.toMatch(/Tr0ub4dor/);
  });

  it('is refused itself if nobody whom we trust has signed for it', async () => {
    const { bus } = openBus([], { ...environment, FF_KAFKA_SASL_MECHANISM: 'scram-sha-256', FF_KAFKA_TLS_CA: '' });
    const asked = bus.offsets({ topic: 'topic', partition: 0 });
    await expect(asked).rejects.toMatchObject({ code: 'FF_LOG_UNAVAILABLE', message: expect.stringMatching(/certificate/) });
  });
});

await describeKafkaProcess('a broker that knows us by our certificate', (kafka) => {
  let dir: string;
  let broker: KafkaProcess;
  let environment: Record<string, string>;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kafka-mutual-'));
    const port = await freePort();
    broker = await KafkaProcess.start(kafka, {
      listeners: [`MUTUAL://127.0.0.1:${port}`],
      properties: await mutualProperties(dir),
    });
    environment = {
      FF_KAFKA_BROKERS: `127.0.0.1:${port}`,
      FF_KAFKA_TLS: 'on',
      FF_KAFKA_TLS_CA: join(dir, 'broker.pem'),
      FF_KAFKA_TLS_CERT: join(dir, 'client.pem'),
      FF_KAFKA_TLS_KEY: join(dir, 'client.key'),
    };
  }, 120_000);

  afterAll(async () => {
    await broker?.stop();
    await rm(dir, { recursive: true });
  });

  it('takes our records and gives them back', async () => {
    const { bus } = openBus([], environment);
    const topic = await createTopic(bus, 1);
    await bus.producer().send(topic, numbered(3, 0));
    expect(text(await readAll(bus, { topic, partition: 0 }))).toEqual(['0', '1', '2']);
  });

  it('lets nobody in who shows none, or one of a stranger', async () => {
    const stranger = { FF_KAFKA_TLS_CERT: join(dir, 'stranger.pem'), FF_KAFKA_TLS_KEY: join(dir, 'stranger.key') };
    for (const shown of [{ FF_KAFKA_TLS_CERT: '', FF_KAFKA_TLS_KEY: '' }, stranger]) {
      const { bus } = openBus([], { ...environment, ...shown });
      await expect(bus.offsets({ topic: 'topic', partition: 0 })).rejects.toMatchObject({ code: 'FF_LOG_UNAVAILABLE' });
    }
  });
});

/** A listener with TLS that asks for a certificate. Each of these signs its own; the broker trusts that of client.pem. */
async function mutualProperties(dir: string): Promise<Record<string, string>> {
  const broker = await selfSigned(dir, 'broker');
  const keys = await Promise.all(['client', 'stranger'].map((name) => selfSigned(dir, name)));
  for (const { name, store } of keys) await writeFile(join(dir, `${name}.key`), privateKeyOf(store));
  const truststore = join(dir, 'trusted.p12');
  const trusted = ['-importcert', '-noprompt', '-alias', 'client', '-file', join(dir, 'client.pem')];
  keytool(...trusted, '-keystore', truststore, '-storepass', STORE_PASSWORD, '-storetype', 'PKCS12');
  return {
    'listener.security.protocol.map': 'BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT,MUTUAL:SSL',
    'listener.name.mutual.ssl.client.auth': 'required',
    'listener.name.mutual.ssl.keystore.location': broker.store,
    'listener.name.mutual.ssl.keystore.password': STORE_PASSWORD,
    'listener.name.mutual.ssl.truststore.location': truststore,
    'listener.name.mutual.ssl.truststore.password': STORE_PASSWORD,
  };
}

const STORE_PASSWORD = 'changeit';

function keytool(...args: readonly string[]): Buffer {
  return execFileSync('keytool', args, { stdio: ['ignore', 'pipe', 'ignore'] });
}

/** A key and its certificate in NAME.p12, and the certificate in NAME.pem. */
async function selfSigned(dir: string, name: string): Promise<{ readonly name: string; readonly store: string }> {
  const store = join(dir, `${name}.p12`);
  const opened = ['-alias', name, '-keystore', store, '-storepass', STORE_PASSWORD];
  const subject = ['-dname', `CN=${name}`, '-ext', 'SAN=IP:127.0.0.1'];
  keytool('-genkeypair', ...opened, '-keyalg', 'EC', '-validity', '2', '-storetype', 'PKCS12', ...subject);
  await writeFile(join(dir, `${name}.pem`), keytool('-exportcert', '-rfc', ...opened));
  return { name, store };
}

/** keytool gives no key away. */
function privateKeyOf(store: string): Buffer {
  const args = ['pkcs12', '-in', store, '-nocerts', '-nodes', '-passin', `pass:${STORE_PASSWORD}`];
  return execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
}

/** A listener with TLS and SASL; its certificate, signed by itself, is in broker.pem. */
async function secureProperties(dir: string): Promise<Record<string, string>> {
  const { store } = await selfSigned(dir, 'broker');
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const plain = `org.apache.kafka.common.security.plain.PlainLoginModule required user_recorder="${PASSWORD}";`;
  return {
    'listener.security.protocol.map': 'BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL',
    'listener.name.secure.ssl.keystore.location': store,
    'listener.name.secure.ssl.keystore.password': STORE_PASSWORD,
    'listener.name.secure.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.secure.scram-sha-256.sasl.jaas.config': scram,
    'listener.name.secure.scram-sha-512.sasl.jaas.config': scram,
    'listener.name.secure.plain.sasl.jaas.config': plain,
  };
}

/** Kafka takes one mechanism a time. */
async function addUser(kafka: Kafka, brokers: readonly string[], mechanism: string, log: string): Promise<void> {
  const scram = `${mechanism}=[password=${PASSWORD}]`;
  const user = ['--entity-type', 'users', '--entity-name', 'recorder'];
  const command = [
    'kafka.admin.ConfigCommand',
    '--bootstrap-server',
    brokers.join(','),
    '--alter',
    '--add-config',
    scram,
    ...user,
  ];
  const [status] = (await once(startJvm(kafka, { log, heap: '128m', isShortLived: true }, command), 'exit')) as [number | null];
  if (status !== 0) throw new Error(`the user could not be added: see ${log}`);
}
