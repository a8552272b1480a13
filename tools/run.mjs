// Sets the checkout up (installs from the lock file and builds, each only when needed), then runs a script on the pinned Node.
// usage: node tools/run.mjs SCRIPT [ARG ...]; SCRIPT is a path from the checkout's root. Needs Node 20 and nothing installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NODE_FLAGS } from './node-flags.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PINNED_NODE = join(ROOT, 'node_modules/.bin/node');
const INSTALLED = join(ROOT, 'node_modules/.installed-lock');

function must(command, args, options) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2], ...options });
  if (error) fail(`${command} could not be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  if (existsSync(PINNED_NODE) && existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === lock) return;
  process.stderr.write('Installing packages from package-lock.json …\n');
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('.js')) must(process.execPath, [npm, ...args]);
  else must('npm', args);
  writeFileSync(INSTALLED, lock);
}

if (Number(process.versions.node.split('.')[0]) < 20)
  fail(`Node ${process.versions.node} is too old: 20 or newer starts the project.`);
const [script, ...args] = process.argv.slice(2);
install();
must(PINNED_NODE, ['tools/build.mjs']);
if (script !== undefined) {
  const child = spawn(PINNED_NODE, [...NODE_FLAGS, join(ROOT, script), ...args], { cwd: ROOT, stdio: 'inherit' });
  // Ctrl-C reaches the child by itself; it decides when to go.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // npm does not hand every signal on: without it there is nobody to end what it started.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500).unref();
  child.on('exit', (status, signal) => process.exit(signal ? 1 : status));
}
