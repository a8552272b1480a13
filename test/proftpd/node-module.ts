import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadedModule } from './proftpd-conf.ts';

const SOURCE = fileURLToPath(new URL('../../contrib/proftpd', import.meta.url));
const BUILDS = fileURLToPath(new URL('../../node_modules/.cache/mod_fleet_forensics', import.meta.url));
const SHARED_OBJECT = 'mod_fleet_forensics.so';

/**
 * Our module for ProFTPD, built by its own Makefile from the sources as they are now, once for all suites.
 * @throws Error with what make said if it does not build
 */
export function nodeModule(): LoadedModule {
  const sources = readdirSync(SOURCE).filter((name) => name === 'Makefile' || /\.[ch]$/.test(name));
  const dir = join(BUILDS, digestOf(sources));
  if (!existsSync(dir)) build(sources, dir);
  return { name: 'mod_fleet_forensics.c', dir };
}

function digestOf(sources: readonly string[]): string {
  const hash = createHash('sha256');
  for (const name of sources.toSorted()) hash.update(`${name}\0`).update(readFileSync(join(SOURCE, name)));
  return hash.digest('hex');
}

/** Built aside: several suites may do so at once. */
function build(sources: readonly string[], dir: string): void {
  mkdirSync(BUILDS, { recursive: true });
  const aside = mkdtempSync(join(BUILDS, 'build-'));
  try {
    for (const name of sources) copyFileSync(join(SOURCE, name), join(aside, name));
    const { status, stdout, stderr } = spawnSync('make', ['-C', aside], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`mod_fleet_forensics does not build:\n${stdout}${stderr}`);
    if (!existsSync(join(aside, SHARED_OBJECT))) throw new Error(`make built no ${SHARED_OBJECT}:\n${stdout}${stderr}`);
    publish(aside, dir);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function publish(aside: string, dir: string): void {
  try {
    renameSync(aside, dir);
  } catch (error) {
    // Another suite was faster with the same sources.
    if (!existsSync(dir)) throw error;
  }
}
