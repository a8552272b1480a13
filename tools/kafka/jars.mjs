// The broker's jars, from Maven Central through the mvn of this machine and its settings.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const KAFKA = '4.1.0';
/** What logs through slf4j reaches log4j only with it; Kafka's own pom leaves it out. The version is that of Kafka's log4j. */
const LOG4J = '2.24.3';
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const CACHE = join(ROOT, 'node_modules', '.cache');
const JARS = join(CACHE, `kafka-${KAFKA}`);

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>kafka-jars</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA}</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>${LOG4J}</version></dependency>
  </dependencies>
</project>
`;

/**
 * The directory with the jars of the broker. The first call downloads them (about 45 MB); they stay below node_modules/.cache.
 * @param {(line: string) => void} say told of a download before it begins
 * @returns {Promise<string>}
 * @throws Error that says what is missing and how to get it
 */
export async function kafkaJars(say) {
  if (existsSync(JARS)) return JARS;
  await mkdir(CACHE, { recursive: true });
  // Whole or not at all: it takes its name when it is complete, whoever else downloads at the same time.
  const incoming = await mkdtemp(`${JARS}-`);
  try {
    say(`downloading Kafka ${KAFKA} …`);
    await download(incoming);
    await rename(incoming, JARS).catch((error) => {
      if (!existsSync(JARS)) throw error;
    });
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
  return JARS;
}

async function download(into) {
  const project = await mkdtemp(join(tmpdir(), 'kafka-jars-'));
  try {
    await writeFile(join(project, 'pom.xml'), POM);
    await maven(['-q', '-B', '-Dstyle.color=never', COPY, '-DincludeScope=runtime', `-DoutputDirectory=${into}`], project);
  } finally {
    await rm(project, { recursive: true, force: true });
  }
}

function maven(args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn('mvn', args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const output of [child.stdout, child.stderr]) output.on('data', (chunk) => (said = (said + chunk).slice(-4096)));
    child.on('error', (error) =>
      reject(
        new Error(
          `The jars of Kafka ${KAFKA} are not there yet, and mvn can't be started to get them (${error.message}): ` +
            'install Maven (Debian: apt-get install maven), or use a broker that runs elsewhere (FF_KAFKA_BROKERS)',
        ),
      ),
    );
    child.on('close', (status) => {
      if (status === 0) resolve(undefined);
      else
        reject(
          new Error(`mvn could not get the jars of Kafka ${KAFKA} (see the proxy and mirror of Maven's settings):\n${said}`),
        );
    });
  });
}
