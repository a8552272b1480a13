import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LOGGING = fileURLToPath(new URL('log4j2.properties', import.meta.url));
/** Of Kafka's own kafka-run-class.sh. */
const GARBAGE_COLLECTION = ['-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20', '-XX:InitiatingHeapOccupancyPercent=35'];
/** Without the optimising compiler a broker starts for 3 s of CPU instead of 6, and is slower under load. */
const QUICK_START = ['-XX:TieredStopAtLevel=1'];

/**
 * @typedef {object} Kafka
 * @property {string} java the command
 * @property {string} jars the directory of the jars
 */

/**
 * Starts a main class of Kafka. A signal to our process group (Ctrl-C) does not reach it.
 * @param {Kafka} kafka
 * @param {object} jvm
 * @param {string} jvm.log what it logs and prints is appended to this file
 * @param {string} jvm.heap
 * @param {boolean} jvm.isShortLived it ends soon: a quick start counts more than speed
 * @param {readonly string[]} command the main class and its arguments
 */
export function startJvm({ java, jars }, { log, heap, isShortLived }, command) {
  const options = [`-Xmx${heap}`, ...GARBAGE_COLLECTION, ...(isShortLived ? QUICK_START : [])];
  const logging = [`-Dlog4j2.configurationFile=${LOGGING}`, `-Dbroker.log=${log}`];
  const output = openSync(log, 'a');
  try {
    const args = [...options, ...logging, '-cp', join(jars, '*'), ...command];
    return spawn(java, args, { stdio: ['ignore', output, output], detached: true });
  } finally {
    closeSync(output);
  }
}

/**
 * A shell that kills the process when this one is gone, kill -9 included: its standard input, which only we hold, ends then.
 * Whoever learns that the process has ended ends the guard.
 * @param {number} pid
 */
export function startGuard(pid) {
  return spawn('sh', ['-c', 'read -r _; kill -KILL "$0"', String(pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
}
