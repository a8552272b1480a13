import { javaCommand } from './java.mjs';
import { kafkaJars } from './jars.mjs';

/**
 * All that a local broker needs; gets the jars if they are not there yet.
 * @param {(line: string) => void} say told of a download before it begins
 * @returns {Promise<import('./jvm.mjs').Kafka>}
 * @throws Error that says what is missing and how to get it
 */
export async function installKafka(say) {
  const java = javaCommand();
  return { java, jars: await kafkaJars(say) };
}
