import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startJvm } from './jvm.mjs';

const FORMAT_HEAP = '128m';
const TAIL_BYTES = 16 * 1024;

/** A broker's directory: what it keeps (kafka/), and the log of its warnings (broker.log). */
export class DataDir {
  /** @type {string} */
  path;
  /** @type {string} */
  kept;
  /** @type {string} */
  log;

  /** @param {string} path it is made if it is missing */
  constructor(path) {
    this.path = resolve(path);
    this.kept = join(this.path, 'kafka');
    this.log = join(this.path, 'broker.log');
    mkdirSync(this.path, { recursive: true });
  }

  /**
   * Formats what is kept, if it is not there yet: all of it, or nothing.
   * @param {import('./jvm.mjs').Kafka} kafka
   * @param {(kept: string) => Readonly<Record<string, string>>} propertiesFor of the broker that keeps its data there
   */
  async format(kafka, propertiesFor) {
    if (existsSync(this.kept)) return;
    const incoming = await mkdtemp(join(this.path, 'format-'));
    try {
      const file = join(incoming, 'server.properties');
      await writeFile(file, propertiesText(propertiesFor(join(incoming, 'kafka'))));
      const tool = ['kafka.tools.StorageTool', 'format', '-t', newClusterId(), '-c', file];
      const jvm = { log: this.log, heap: FORMAT_HEAP, isShortLived: true };
      const [status] = await once(startJvm(kafka, jvm, tool), 'exit');
      if (status !== 0) throw new Error(`Kafka can't format ${this.path}: see ${this.log}`);
      await rename(join(incoming, 'kafka'), this.kept);
    } finally {
      await rm(incoming, { recursive: true, force: true });
    }
  }

  /** @returns {string} of the cluster whose data this is */
  clusterId() {
    const file = join(this.kept, 'partitions', 'meta.properties');
    const id = /^cluster\.id=(.+)$/m.exec(readFileSync(file, 'utf8'))?.[1];
    if (id === undefined) throw new Error(`${file} names no cluster: is ${this.path} the directory of a broker?`);
    return id.trim();
  }

  /** Bytes in the log now. */
  logBytes() {
    return statSync(this.log, { throwIfNoEntry: false })?.size ?? 0;
  }

  /**
   * What was logged behind so many bytes; at most its last 16 KB.
   * @param {number} from
   */
  loggedSince(from) {
    const bytes = this.logBytes();
    const start = Math.max(from, bytes - TAIL_BYTES);
    const tail = Buffer.alloc(Math.max(0, bytes - start));
    const file = openSync(this.log, 'r');
    try {
      return tail.toString('utf8', 0, readSync(file, tail, 0, tail.length, start));
    } finally {
      closeSync(file);
    }
  }
}

/** As Kafka's Uuid: 22 characters that don't look like an option. */
function newClusterId() {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newClusterId() : id;
}

/** A backslash begins an escape in Java's properties. */
function propertiesText(properties) {
  const lines = Object.entries(properties).map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`);
  return lines.join('');
}
