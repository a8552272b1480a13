// Prints the bill of materials of what runs, in CycloneDX: npm run --silent sbom > sbom.json. It reads the lock file alone.
// npm's own --omit=dev leaves out what runs and builds, protobufjs for one: here it is what the lock file marks that is left out.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const ASK = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'];
const MAX_BYTES = 64 * 1024 * 1024;

const { stdout, stderr, error } = spawnSync('npm', ASK, { cwd: ROOT, encoding: 'utf8', maxBuffer: MAX_BYTES });
if (error || stdout === '') throw new Error(`npm makes no bill of materials: ${error?.message ?? stderr}`, { cause: error });
const bom = JSON.parse(stdout);
const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));

/** By `name@version`, as the bill refers to them: what the lock file does not mark as needed for development only. */
const running = new Set(
  Object.entries(packages)
    .filter(([, { dev }]) => dev !== true)
    .map(([path, { name, version }]) => `${name ?? path.split('node_modules/').at(-1)}@${version}`),
);
const components = bom.components.filter((component) => running.has(component['bom-ref']));
const refs = new Set([bom.metadata.component, ...components].map((component) => component['bom-ref']));
const dependencies = bom.dependencies
  .filter(({ ref }) => refs.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }));
process.stdout.write(`${JSON.stringify({ ...bom, components, dependencies }, undefined, 2)}\n`);
