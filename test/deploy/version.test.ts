import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

it.each(['Dockerfile', 'docker-compose.yml', '.env.example', ...globSync('deploy/kubernetes/*.yaml', { cwd: ROOT })])(
  '%s names the version of the project, so that nobody runs an image of another one',
  (file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const named = [...text.matchAll(/(?:VERSION[=:]-?|fleet-forensics(?:-demo)?:)(\d+\.\d+\.\d+)/g)].map(([, each]) => each);
    expect(new Set(named)).toEqual(new Set([version]));
  },
);

it.each(globSync('{apps,libs}/*/package.json', { cwd: ROOT }))('%s has the version of the project', (file) => {
  const manifest = JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as { version: string };
  expect(manifest.version).toBe(version);
});
