import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { freePort } from '../../tools/kafka/free-port.mjs';
import { ComposeProject, type ComposeEnvironment } from './compose-project.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the project that runs; undefined: there is no engine. */
    readonly compose: ComposeEnvironment | undefined;
  }
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const IMAGES = join(ROOT, 'test/compose/images');

/** What an operator's .env would hold: the least there is, so that rings of a minute are restored from checkpoints. */
const SETTINGS = 'FF_BUFFER_CHECKPOINT_BYTES=1048576\n';

/** Vitest's globalSetup: an engine, the images, and all services with three buffers. Nothing of it but images outlives the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dockerHost = startEngine();
  if (dockerHost === undefined) {
    project.provide('compose', undefined);
    return async () => {};
  }
  const dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-compose-'));
  writeFileSync(join(dir, 'settings.env'), SETTINGS);
  const environment = {
    ...dockerHost,
    COMPOSE_PROJECT_NAME: `fleet-forensics-test-${process.pid}`,
    VERSION: 'test',
    INGEST_PORT: String(await freePort()),
    STANDALONE_PORT: String(await freePort()),
    SETTINGS_FILE: join(dir, 'settings.env'),
  };
  const compose = new ComposeProject(environment);
  const stop = async () => {
    await compose.run('--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '5');
    rmSync(dir, { recursive: true });
    execFileSync(join(IMAGES, 'stop-engine'), { stdio: 'inherit' });
  };
  try {
    for (const script of ['install-compose', 'build-base-images']) {
      execFileSync(join(IMAGES, script), { env: { ...process.env, ...dockerHost }, stdio: 'inherit' });
    }
    await compose.timed('build', () => compose.run('--profile', 'demo', 'build'));
    await compose.timed('up', () => compose.up(3));
  } catch (error) {
    process.stderr.write(await compose.logs());
    await stop();
    throw error;
  }
  project.provide('compose', environment);
  return stop;
}

/** How it is reached; undefined if there is none and none can be started. @throws Error for that, where CI is set and runs as root on Linux */
function startEngine(): { readonly DOCKER_HOST?: string } | undefined {
  const { status, stdout } = spawnSync(join(IMAGES, 'start-engine'), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const host = /DOCKER_HOST=(\S+)/.exec(stdout)?.[1];
  if (status === 0) return host === undefined ? {} : { DOCKER_HOST: host };
  const problem = 'the suites of test/compose need a Docker engine, or root on a Debian to start one';
  if (process.env['CI'] && process.platform === 'linux' && process.getuid?.() === 0) throw new Error(problem);
  process.stderr.write(`\nSKIPPED: ${problem}\n\n`);
  return undefined;
}
