import { globSync, readFileSync } from 'node:fs';
import { SETTINGS } from '@fleet-forensics/shared/settings/catalogue';
import { refuseUnknownSettings } from '@fleet-forensics/shared/settings/setting';
import { expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url).pathname;
const FILES = globSync(['deploy/**/*.*', 'deploy/image/*', 'contrib/**/*.md', '*.md', '*.yml', 'Dockerfile', '.env.example'], {
  cwd: ROOT,
});

it.each(FILES)('every setting that %s names exists', (file) => {
  const named = readFileSync(ROOT + file, 'utf8').match(/\bFF_[A-Z0-9_]+/g) ?? [];
  expect(() => refuseUnknownSettings(SETTINGS, Object.fromEntries(named.map((name) => [name, 'x'])))).not.toThrow();
});
