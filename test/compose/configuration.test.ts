import { globSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { ComposeProject } from './compose-project.ts';
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
    const services = await configured(compose);
    const binds = Object.values(services).flatMap(({ volumes }) => (volumes ?? []).filter(({ type }) => type === 'bind'));
    expect(binds.length).toBeGreaterThan(0);
    for (const { source } of binds) expect(globSync(`${source}{,/*}`).length, source).toBeGreaterThan(0);
  });

  it('builds each of its images once, in a service that all others of that image wait for: none is replaced for another build', async () => {
    const services = await configured(compose);
    const waitsFor = (name: string): string[] => {
      const direct = Object.keys(services[name]!.depends_on ?? {});
      return [...direct, ...direct.flatMap(waitsFor)];
    };
    const ours = Object.entries(services).filter(([, { image }]) => image.startsWith('fleet-forensics'));
    expect(ours.length).toBeGreaterThan(0);
    for (const [name, { image }] of ours) {
      const builders = ours.filter((other) => other[1].image === image && other[1].build).map(([other]) => other);
      expect(builders, image).toHaveLength(1);
      expect([name, ...waitsFor(name)], name).toContain(builders[0]);
    }
  });
});

interface ConfiguredService {
  readonly image: string;
  readonly build?: object;
  readonly depends_on?: Readonly<Record<string, object>>;
  readonly volumes?: readonly { readonly type: string; readonly source: string }[];
}

async function configured(compose: ComposeProject): Promise<Readonly<Record<string, ConfiguredService>>> {
  const { services } = JSON.parse(await compose.run('--profile', '*', 'config', '--format', 'json')) as {
    services: Record<string, ConfiguredService>;
  };
  return services;
}
