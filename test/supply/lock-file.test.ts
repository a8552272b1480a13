import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}
interface Locked extends Manifest {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
}

const ROOT = new URL('../../', import.meta.url).pathname;
const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> };
const LOCKED = Object.entries(packages);
/** The workspace and its members, by directory. */
const OURS = LOCKED.filter(([path]) => !path.includes('node_modules'));
const FROM_REGISTRY = LOCKED.filter(([path, { link }]) => path.includes('node_modules') && !link);
const RUNNING = FROM_REGISTRY.filter(([, { dev }]) => !dev);

/** Whoever ships the services may do so under their own terms. */
const PERMISSIVE = new Set<string | undefined>(['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD']);

/** What a manifest says that the lock file has to say, too. */
function pinned({ version, dependencies = {}, devDependencies = {} }: Manifest): unknown {
  return { version, dependencies, devDependencies };
}

describe('the lock file', () => {
  it.each(OURS)('is in step with the manifest of "%s"', (path, locked) => {
    const manifest = JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8')) as Manifest;
    expect(pinned(locked)).toEqual(pinned(manifest));
  });

  it('has every package of the workspace', () => {
    expect(OURS.map(([path]) => path)).toEqual(
      expect.arrayContaining(['', 'libs/shared', 'apps/buffer', 'apps/ingest', 'apps/writer']),
    );
    expect(OURS.filter(([path]) => !existsSync(join(ROOT, path, 'package.json')))).toEqual([]);
  });

  it('knows the content of every package: what a registry changed is not installed', () => {
    expect(FROM_REGISTRY.length).toBeGreaterThan(100);
    expect(FROM_REGISTRY.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path)).toEqual([]);
  });

  it('takes packages from the registry that npm is set to, and from nowhere else', () => {
    expect(FROM_REGISTRY.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  it.each(OURS)('has exact versions of what "%s" names', (_path, { dependencies = {}, devDependencies = {} }) => {
    const versions = Object.values({ ...dependencies, ...devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});

describe('the packages that run', () => {
  it('have licences that permit to ship them', () => {
    expect(RUNNING.filter(([, { license }]) => !PERMISSIVE.has(license)).map(([path, { license }]) => [path, license])).toEqual(
      [],
    );
  });

  it('run nothing when they are installed', () => {
    expect(RUNNING.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).toEqual([]);
  });
});
