// Generates the formats' code from their .proto where that is newer, and compiles the workspace (incremental).
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PROTOS = ['fleet_forensics/v1/forensics', 'otlp/logs'];
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

function generate(name) {
  const proto = join(ROOT, 'libs/shared/proto', `${name}.proto`);
  const declarations = join(GENERATED, `${basename(name)}.d.ts`);
  const code = join(GENERATED, `${basename(name)}.js`);
  if (isNewer(proto, declarations)) {
    mkdirSync(GENERATED, { recursive: true });
    const lean = ['--no-create', '--no-verify', '--no-delimited', '--no-service', '--no-convert'];
    const output = ['--root', basename(name), '-o', code];
    run(bin('protobufjs-cli', 'pbjs'), ['-t', 'static-module', '-w', 'es6', '--force-number', ...lean, ...output, proto]);
    run(bin('protobufjs-cli', 'pbts'), ['-o', declarations, code]);
  }
  if (isNewer(code, join(COMPILED, basename(code)))) cpSync(GENERATED, COMPILED, { recursive: true });
}

PROTOS.forEach(generate);
run(bin('typescript', 'tsc'), ['-b', ...process.argv.slice(2)]);
