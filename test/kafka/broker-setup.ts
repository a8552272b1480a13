import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { Broker } from '../../tools/kafka/broker.mjs';
import { installKafka } from '../../tools/kafka/installation.mjs';
import type { Kafka } from '../../tools/kafka/jvm.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of what answers {@link Answers}, or with status 503 and a text that says why there is no Kafka. */
    readonly kafkaSetup: string;
  }
}

export interface Answers {
  readonly '/installation': Kafka;
  /** `host:port` of each. */
  readonly '/brokers': readonly string[];
}

/** One broker for all suites of the run: it starts when the first of them asks for it, and ends with the run. */
class RunBroker {
  #installed: Promise<Kafka> | undefined;
  #started: Promise<Broker> | undefined;
  #data: string | undefined;

  installation(): Promise<Kafka> {
    this.#installed ??= installKafka((line) => process.stderr.write(`${line}\n`));
    return this.#installed;
  }

  async brokers(): Promise<string[]> {
    this.#started ??= this.#start();
    return [`127.0.0.1:${(await this.#started).port}`];
  }

  async stop(): Promise<void> {
    // Who asked for it was told if it did not start.
    const broker = await this.#started?.catch(() => undefined);
    await broker?.stop();
    if (this.#data !== undefined) await rm(this.#data, { recursive: true });
  }

  async #start(): Promise<Broker> {
    const kafka = await this.installation();
    this.#data = await mkdtemp(join(tmpdir(), 'kafka-run-'));
    return Broker.start(kafka, { data: this.#data, isShortLived: true });
  }
}

/** Vitest's globalSetup: runs once, outside of the workers. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const runBroker = new RunBroker();
  const server = createServer((request, response) => {
    void answer(response, request.url === '/brokers' ? runBroker.brokers() : runBroker.installation());
  });
  project.provide('kafkaSetup', await listen(server));
  return async () => {
    server.closeAllConnections();
    server.close();
    await runBroker.stop();
  };
}

async function answer(response: ServerResponse, found: Promise<Answers[keyof Answers]>): Promise<void> {
  try {
    response.end(JSON.stringify(await found));
  } catch (error) {
    response.writeHead(503).end(error instanceof Error ? error.message : String(error));
  }
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}
