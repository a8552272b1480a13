import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as Catalogue from '@fleet-forensics/shared/settings/catalogue';
import type * as Setting from '@fleet-forensics/shared/settings/setting';
import { type InstalledVersion, THIS_VERSION } from '../e2e/installed-version.ts';

const ARCHIVE = fileURLToPath(new URL('previous-version.tgz', import.meta.url));
/** The workspace's own packages. */
const SCOPE = '@fleet-forensics';
/** Node's own: the test runner would look for the sources of what it imports. */
const require = createRequire(import.meta.url);

/** The release before this one, as it was built then, on the packages of now. tools/pack-version.mjs makes its archive. */
export class PreviousVersion implements InstalledVersion {
  readonly name: string;
  readonly checkout: string;
  readonly #known: ReadonlySet<string>;

  private constructor(checkout: string) {
    const { version } = JSON.parse(readFileSync(join(checkout, 'libs/shared/package.json'), 'utf8')) as { version: string };
    this.name = version;
    this.checkout = checkout;
    const { SETTINGS } = this.shared('settings/catalogue') as typeof Catalogue;
    const { settingsOf } = this.shared('settings/setting') as typeof Setting;
    this.#known = new Set(SETTINGS.flatMap((type) => settingsOf(type).map(({ variable }) => variable)));
  }

  /** In a directory of its own, until {@link remove}. */
  static unpack(): PreviousVersion {
    const checkout = mkdtempSync(join(tmpdir(), 'fleet-forensics-previous-'));
    execFileSync('tar', ['-xzf', ARCHIVE, '-C', checkout]);
    linkPackages(checkout);
    return new PreviousVersion(checkout);
  }

  settings(environment: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(environment).filter(([variable]) => this.#known.has(variable)));
  }

  /** A module of libs/shared as it was then. @param path without its extension, e.g. `wire/codec` */
  shared(path: string): unknown {
    return require(join(this.checkout, 'libs/shared/dist', `${path}.js`));
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
