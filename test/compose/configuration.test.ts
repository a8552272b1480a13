import { globSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeCompose } from './running.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const EXAMPLE = `${ROOT}.env.example`;

describeCompose('docker-compose.yml', (compose) => {
  it.each(['', 'embedded', 'demo', 'observe', 'tools', '*'])(
    'is right with profile "%s", also with .env.example',
    async (profile) => {
      for (const file of [[], ['--env-file', EXAMPLE]]) {
        await expect(compose.run(...file, '--profile', profile, 'config', '--quiet')).resolves.toBe('');
      }
    },
  );

  it('mounts files of the checkout that are there', async () => {
    const { services } = JSON.parse(await compose.run('--profile', '*', 'config', '--format', 'json')) as {
      services: Record<string, { volumes?: { type: string; source: string }[] }>;
    };
    const binds = Object.values(services).flatMap(({ volumes }) => (volumes ?? []).filter(({ type }) => type === 'bind'));
    expect(binds.length).toBeGreaterThan(0);
    for (const { source } of binds) expect(globSync(`${source}{,/*}`).length, source).toBeGreaterThan(0);
  });
});
