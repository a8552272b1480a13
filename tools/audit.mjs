// Asks npm's registry which packages that run have known vulnerabilities: `npm run audit`. It reads the lock file alone.
// Ends with status 0: none; 1: some, each in a line; 2: the registry did not say.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const ASK = ['audit', '--json', '--omit=dev', '--package-lock-only'];
const MAX_BYTES = 64 * 1024 * 1024;

function ask() {
  const { stdout, stderr, error } = spawnSync('npm', ASK, { cwd: ROOT, encoding: 'utf8', maxBuffer: MAX_BYTES });
  if (error) return { message: `npm could not be started: ${error.message}` };
  try {
    return JSON.parse(stdout);
  } catch {
    return { message: stderr.trim() };
  }
}

/** Of one package, e.g. `kafkajs (high): what it is about, https://…`. Its advisories, or the packages that it is vulnerable through. */
function describe({ name, severity, via }) {
  const reasons = via.map((each) => (typeof each === 'string' ? `by ${each}` : `${each.title}, ${each.url}`));
  return `${name} (${severity}): ${reasons.join('; ')}`;
}

const { vulnerabilities, message } = ask();
if (vulnerabilities === undefined) {
  const remedy = 'Ask another registry: npm_config_registry=URL npm run audit';
  process.stderr.write(`The registry does not say which packages are vulnerable: ${message}\n${remedy}\n`);
  process.exitCode = 2;
} else {
  const known = Object.values(vulnerabilities).map(describe);
  process.stdout.write(`${known.join('\n') || 'No known vulnerability in the packages that run'}\n`);
  process.exitCode = known.length > 0 ? 1 : 0;
}
