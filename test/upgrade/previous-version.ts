import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type InstalledVersion, THIS_VERSION } from '../e2e/installed-version.ts';

const ARCHIVE = fileURLToPath(new URL('previous-version.tgz', import.meta.url));
/** The workspace's own packages. */
const SCOPE = '@fleet-forensics';

/** The release before this one, as it was built then, on the packages of now. tools/pack-version.mjs makes its archive. */
export class PreviousVersion implements InstalledVersion {
  readonly name: string;
  readonly checkout: string;
  readonly #known: ReadonlySet<string>;

  private constructor(name: string, checkout: string, known: ReadonlySet<string>) {
    this.name = name;
    this.checkout = checkout;
    this.#known = known;
  }

  /** In a directory of its own, until {@link remove}. */
  static unpack(): PreviousVersion {
    const checkout = mkdtempSync(join(tmpdir(), 'fleet-forensics-previous-'));
    execFileSync('tar', ['-xzf', ARCHIVE, '-C', checkout]);
    linkPackages(checkout);
    const { version } = JSON.parse(readFileSync(join(checkout, 'libs/shared/package.json'), 'utf8')) as { version: string };
    return new PreviousVersion(version, checkout, settingsIn(checkout));
  }

  settings(environment: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(environment).filter(([variable]) => this.#known.has(variable)));
  }

  /** A module of libs/shared as it was then. @param path without its extension, e.g. `wire/codec` */
  async shared<Module>(path: string): Promise<Module> {
    return (await import(sharedUrl(this.checkout, path))) as Module;
  }

  remove(): void {
    rmSync(this.checkout, { recursive: true });
  }
}

/** Node finds its packages beside it, and its workspace's own ones in it, not those of now. */
function linkPackages(checkout: string): void {
  const packages = join(THIS_VERSION.checkout, 'node_modules');
  const linked = join(checkout, 'node_modules');
  mkdirSync(join(linked, SCOPE), { recursive: true });
  for (const name of readdirSync(packages)) {
    if (name !== SCOPE && !name.startsWith('.')) symlinkSync(join(packages, name), join(linked, name));
  }
  for (const folder of ['apps', 'libs']) {
    for (const name of readdirSync(join(checkout, folder))) symlinkSync(join(checkout, folder, name), join(linked, SCOPE, name));
  }
}

function sharedUrl(checkout: string, path: string): string {
  return pathToFileURL(join(checkout, 'libs/shared/dist', `${path}.js`)).href;
}

/** Asked in a process of its own: two of them in one would share what class-validator remembers. */
function settingsIn(checkout: string): ReadonlySet<string> {
  const script = `
    import { SETTINGS } from '${sharedUrl(checkout, 'settings/catalogue')}';
    import { settingsOf } from '${sharedUrl(checkout, 'settings/setting')}';
    console.log(JSON.stringify(SETTINGS.flatMap((type) => settingsOf(type).map(({ variable }) => variable))));
  `;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  return new Set(JSON.parse(said) as string[]);
}
