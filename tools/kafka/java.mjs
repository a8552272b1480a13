// Java for the local broker.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Kafka 4.x brokers run on Java 17 and newer (KIP-1013). */
const OLDEST_JAVA = 17;

/**
 * The `java` command: that of JAVA_HOME, else the one on PATH.
 * @returns {string}
 * @throws Error that says what is missing and how to get it
 */
export function javaCommand() {
  const home = process.env.JAVA_HOME;
  const command = home ? join(home, 'bin', 'java') : 'java';
  const { error, stderr } = spawnSync(command, ['-version'], { encoding: 'utf8' });
  const get = `install Java ${OLDEST_JAVA} or newer (Debian: apt-get install default-jre-headless), or set JAVA_HOME`;
  if (error) throw new Error(`The local Kafka needs Java, and ${command} can't be started (${error.message}): ${get}`);
  const major = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
  if (major >= OLDEST_JAVA) return command;
  throw new Error(`The local Kafka needs Java ${OLDEST_JAVA} or newer, and ${command} is ${stderr.split('\n')[0]}: ${get}`);
}
