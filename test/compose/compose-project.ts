import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const COMPOSE_FILE = fileURLToPath(new URL('../../docker-compose.yml', import.meta.url));
const OUTPUT_BYTES = 256 * 1024 * 1024;
const HEALTHY_WITHIN_S = 180;
const LOOK_EVERY_MS = 500;

/** What the compose file and the client of the engine read. */
export type ComposeEnvironment = Readonly<Record<string, string>> & { readonly INGEST_PORT: string };

/** A container as the engine describes it; of all there is, what is looked at here. */
export interface Container {
  readonly Id: string;
  readonly Name: string;
  readonly RestartCount: number;
  readonly State: { readonly Status: string; readonly ExitCode: number; readonly Health?: { readonly Status: string } };
  readonly Config: {
    readonly User: string;
    readonly Env: readonly string[];
    readonly Labels: Readonly<Record<string, string>>;
  };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly Privileged: boolean;
    readonly CapDrop: readonly string[] | null;
    readonly CapAdd: readonly string[] | null;
    readonly SecurityOpt: readonly string[] | null;
    readonly Memory: number;
    readonly PidsLimit: number | null;
    readonly RestartPolicy: { readonly Name: string };
    readonly LogConfig: { readonly Config: Readonly<Record<string, string>> };
    readonly PortBindings: Readonly<Record<string, readonly { readonly HostIp: string }[]>> | null;
  };
}

/** The checkout's own docker-compose.yml, as a project of its own. */
export class ComposeProject {
  readonly #environment: ComposeEnvironment;

  constructor(environment: ComposeEnvironment) {
    this.#environment = environment;
  }

  /** Where ingest listens. */
  get url(): string {
    return `http://127.0.0.1:${this.#environment.INGEST_PORT}`;
  }

  /** docker compose ARGS; gives what it printed. @throws Error with what it said if it fails */
  run(...args: readonly string[]): Promise<string> {
    return this.#docker(['compose', '--file', COMPOSE_FILE, ...args]);
  }

  /** Starts what does not run, until there are so many buffers; resolves when all is healthy. */
  async up(buffers: number, ...profiles: readonly string[]): Promise<void> {
    const profile = profiles.flatMap((name) => ['--profile', name]);
    const wait = ['--wait', '--wait-timeout', String(HEALTHY_WITHIN_S)];
    await this.run(...profile, 'up', '--detach', ...wait, '--scale', `buffer=${buffers}`);
  }

  /** Resolves when all containers that run are healthy, as far as they have a health check. @throws Error if they don't become so */
  async healthy(): Promise<void> {
    const giveUpAt = performance.now() + HEALTHY_WITHIN_S * 1000;
    for (;;) {
      const waiting = (await this.containers()).filter(({ State }) => (State.Health?.Status ?? 'healthy') !== 'healthy');
      if (waiting.length === 0) return;
      if (performance.now() > giveUpAt) throw new Error(`not healthy: ${waiting.map(({ Name }) => Name).join(' ')}`);
      await pause(LOOK_EVERY_MS);
    }
  }

  /** Runs a command in the first container of a service. */
  exec(service: string, ...command: readonly string[]): Promise<string> {
    return this.run('exec', '--no-TTY', service, ...command);
  }

  /** Those of the services, or of all; by their names. Jobs that are done are among them. */
  async containers(...services: readonly string[]): Promise<Container[]> {
    const ids = (await this.run('--profile', '*', 'ps', '--all', '--quiet', ...services)).split('\n').filter((id) => id !== '');
    if (ids.length === 0) return [];
    const containers = JSON.parse(await this.#docker(['inspect', ...ids])) as Container[];
    return containers.toSorted((a, b) => a.Name.localeCompare(b.Name));
  }

  /** docker ARGS, for what compose has no word for. */
  async #docker(args: readonly string[]): Promise<string> {
    const { stdout } = await run('docker', [...args], {
      env: { ...process.env, ...this.#environment },
      maxBuffer: OUTPUT_BYTES,
    });
    return stdout;
  }

  /** Restarts one container as `docker restart` does: SIGTERM, and after that within its grace period SIGKILL. */
  async restart({ Id: id }: Container, graceS: number): Promise<void> {
    await this.#docker(['restart', '--time', String(graceS), id]);
  }

  /** The end of what each container said, for a failure's report. */
  logs(): Promise<string> {
    return this.run('--profile', '*', 'logs', '--no-color', '--tail', '40');
  }

  /** Says how long a step took. */
  async timed<Result>(step: string, action: () => Promise<Result>): Promise<Result> {
    const startMs = performance.now();
    const result = await action();
    process.stdout.write(`compose: ${step}, ${((performance.now() - startMs) / 1000).toFixed(1)} s\n`);
    return result;
  }
}
