// Packs the built files of a checkout for test/upgrade, which runs them beside those of the next version.
// usage: node tools/pack-version.mjs [CHECKOUT]; writes test/upgrade/previous-version.tgz. CONTRIBUTING.md, A release, tells when.
import { execFileSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** It is kept in the repository, for good, once a release. */
const MAX_BYTES = 500 * 1024;
const PACKED = ['{apps,libs}/*/package.json', '{apps,libs}/*/dist/**/*.js', 'apps/cli/bin/*.mjs'];
const LEFT_OUT = /\.(test|fixture)\.js$/;
/** The same bytes, whoever packs it, and when. */
const REPEATABLE = ['--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=u=rw,go=r'];

const checkout = resolve(process.argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url))));
const output = fileURLToPath(new URL('../test/upgrade/previous-version.tgz', import.meta.url));
const files = globSync(PACKED, { cwd: checkout }).filter((file) => !LEFT_OUT.test(file) && !file.includes('node_modules'));
if (!files.includes(join('apps', 'buffer', 'dist', 'main.js'))) {
  process.stderr.write(`${checkout} is not built: run npm run build there first\n`);
  process.exit(1);
}
execFileSync('tar', ['-I', 'gzip -9n', '-cf', output, ...REPEATABLE, '-C', checkout, ...files.toSorted()]);
const { size } = statSync(output);
process.stdout.write(`${output}: ${files.length} files, ${size} bytes\n`);
if (size > MAX_BYTES) {
  process.stderr.write(`that is more than ${MAX_BYTES} bytes: look what came into the build\n`);
  process.exit(1);
}
