// Runs a local Kafka: one broker on 127.0.0.1, from Maven Central's jars. `npm run kafka -- --help` says more.
import { parseArgs } from 'node:util';
import { Broker } from './kafka/broker.mjs';
import { installKafka } from './kafka/installation.mjs';

const HELP = `usage: npm run kafka -- [--port N] [--data DIR] [--heap SIZE]

  --port N     where it listens on 127.0.0.1; 0: a free port (default 9092)
  --data DIR   what it keeps; a start on the same directory goes on with it (default data/kafka)
  --heap SIZE  of its Java virtual machine (default 512m)

Needs Java 17 or newer and, the first time, Maven. Ctrl-C ends it.
`;

const OPTIONS = /** @type {const} */ ({
  port: { type: 'string', default: '9092' },
  data: { type: 'string', default: 'data/kafka' },
  heap: { type: 'string', default: '512m' },
  help: { type: 'boolean', short: 'h', default: false },
});

function say(line) {
  process.stdout.write(`${line}\n`);
}

function readOptions() {
  const { values } = parseArgs({ options: OPTIONS });
  const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : Infinity;
  if (port > 65_535) throw new Error(`--port ${values.port} is not a number from 0 to 65535`);
  if (!/^\d+[kmg]$/i.test(values.heap)) throw new Error(`--heap ${values.heap} is not a size such as 512m or 2g`);
  return { ...values, port };
}

/** Ends the broker on a signal, and when who started us is gone: npm does not hand every signal on. */
function endWith(broker) {
  let isEnding = false;
  const end = () => {
    isEnding = true;
    void broker.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, end);
  const parent = process.ppid;
  const watch = setInterval(() => process.ppid !== parent && !isEnding && end(), 500);
  void broker.ended.then(() => clearInterval(watch));
  return () => isEnding;
}

async function run() {
  const { help, ...options } = readOptions();
  if (help) return say(HELP.trimEnd());
  const broker = await Broker.start(await installKafka(say), options);
  const isEnding = endWith(broker);
  say(`kafka listens on 127.0.0.1:${broker.port}`);
  const status = await broker.ended;
  if (!isEnding()) throw new Error(`Kafka ended by itself (status ${status}): see ${options.data}/broker.log`);
}

try {
  await run();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
