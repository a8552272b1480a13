import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { DataDir } from './data-dir.mjs';
import { freePort } from './free-port.mjs';
import { startGuard, startJvm } from './jvm.mjs';
import { answersMetadata } from './metadata-request.mjs';
import { serverProperties } from './server-properties.mjs';

const START_MS = 120_000;
const STOP_MS = 20_000;
const ASK_AGAIN_MS = 50;
const ANSWER_MS = 2000;

/**
 * @typedef {object} BrokerOptions
 * @property {string} data its directory; made if it is missing
 * @property {number} [port] on 127.0.0.1; 0, the default, takes a free one
 * @property {string} [heap] as java's -Xmx takes it; default 512m
 * @property {boolean} [isShortLived] a quick start counts more than speed; default false
 * @property {readonly string[]} [listeners] further ones, e.g. `SECURE://127.0.0.1:12345`; properties name their protocol
 * @property {Readonly<Record<string, string>>} [properties] of Kafka's broker; they win over ours
 */

/** A Kafka broker in a process of its own, which ends with this one, however this one ends. */
export class Broker {
  #child;

  /** On 127.0.0.1. @type {number} */
  port;
  /** Settles when the process has ended: its status, null if a signal ended it. @type {Promise<number | null>} */
  ended;

  /**
   * @param {import('node:child_process').ChildProcess} child
   * @param {number} port
   */
  constructor(child, port) {
    this.#child = child;
    this.port = port;
    const guard = startGuard(this.pid);
    this.ended = once(child, 'exit').then(([status]) => {
      guard.kill();
      return status;
    });
  }

  /** @returns {number} */
  get pid() {
    return this.#child.pid ?? 0;
  }

  /**
   * Starts a broker and waits until it answers.
   * @param {import('./jvm.mjs').Kafka} kafka
   * @param {BrokerOptions} options
   * @returns {Promise<Broker>}
   * @throws Error that says why it does not start, e.g. because another broker runs on the data
   */
  static async start(kafka, options) {
    const { data, port = 0, heap = '512m', isShortLived = false, listeners = [], properties = {} } = options;
    const dir = new DataDir(data);
    const ports = { port: port === 0 ? await freePort() : port, controllerPort: await freePort() };
    const propertiesFor = (kept) => ({ ...serverProperties({ ...ports, listeners, kept }), ...properties });
    await dir.format(kafka, propertiesFor);
    const logBytes = dir.logBytes();
    const overrides = Object.entries(propertiesFor(dir.kept)).flatMap(([name, value]) => ['--override', `${name}=${value}`]);
    // Its file of properties is empty: two starts on the same data have none to fight over.
    const child = startJvm(kafka, { log: dir.log, heap, isShortLived }, ['kafka.Kafka', '/dev/null', ...overrides]);
    const broker = new Broker(child, ports.port);
    if (await broker.#answers(dir.clusterId())) return broker;
    broker.kill('SIGKILL');
    await broker.ended;
    throw new Error(whyNot(dir, dir.loggedSince(logBytes), ports.port));
  }

  /** @param {NodeJS.Signals} signal */
  kill(signal) {
    this.#child.kill(signal);
  }

  /** Shuts it down in order; kills it if that takes longer than 20 seconds. */
  async stop() {
    this.kill('SIGTERM');
    this.kill('SIGCONT');
    const timer = setTimeout(() => this.kill('SIGKILL'), STOP_MS);
    await this.ended;
    clearTimeout(timer);
  }

  /** False if it ends first, or takes too long. */
  async #answers(clusterId) {
    const giveUpAt = Date.now() + START_MS;
    while (this.#child.exitCode === null && this.#child.signalCode === null && Date.now() < giveUpAt) {
      if (await answersMetadata(this.port, clusterId, ANSWER_MS)) return true;
      await pause(ASK_AGAIN_MS);
    }
    return false;
  }
}

/**
 * @param {DataDir} dir
 * @param {string} logged
 * @param {number} port
 */
function whyNot({ path, log }, logged, port) {
  if (logged.includes('Failed to acquire lock')) {
    return `Another broker runs on ${path}: stop it, or choose another directory with --data`;
  }
  if (logged.includes('Address already in use')) {
    return `Port ${port} of 127.0.0.1 is taken: stop what listens there, or choose another one with --port (0: a free one)`;
  }
  return `Kafka does not start on ${path} (log: ${log}):\n${logged}`;
}
