// Generates the wire format's code from its .proto where that is newer, and compiles the workspace (incremental).
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PROTO = join(ROOT, 'libs/shared/proto/fleet_forensics/v1/forensics.proto');
const GENERATED = join(ROOT, 'libs/shared/src/wire/gen');
const COMPILED = join(ROOT, 'libs/shared/dist/wire/gen');
const require = createRequire(import.meta.url);

function run(script, args) {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function isNewer(file, than) {
  const target = statSync(than, { throwIfNoEntry: false });
  return target === undefined || statSync(file).mtimeMs > target.mtimeMs;
}

function bin(packageName, name) {
  const manifest = require.resolve(`${packageName}/package.json`);
  return join(dirname(manifest), require(manifest).bin[name]);
}

const declarations = join(GENERATED, 'forensics.d.ts');
const code = join(GENERATED, 'forensics.js');
if (isNewer(PROTO, declarations)) {
  mkdirSync(GENERATED, { recursive: true });
  const lean = ['--no-create', '--no-verify', '--no-delimited', '--no-service', '--no-convert'];
  run(bin('protobufjs-cli', 'pbjs'), ['-t', 'static-module', '-w', 'es6', '--force-number', ...lean, '-o', code, PROTO]);
  run(bin('protobufjs-cli', 'pbts'), ['-o', declarations, code]);
}
if (isNewer(code, join(COMPILED, 'forensics.js'))) cpSync(GENERATED, COMPILED, { recursive: true });
run(bin('typescript', 'tsc'), ['-b', ...process.argv.slice(2)]);
