import { expect, it } from 'vitest';
import type { Container } from './compose-project.ts';
import { describeCompose } from './running.ts';

const JOBS = /-(topics|tokens|demo-token)-\d+$/;

const isJob = ({ Name: name }: Container) => JOBS.test(name);

describeCompose('a service that an attacker has taken over', (compose) => {
  it('has no rights on its host: an ordinary user, no capabilities, no way to new ones', async () => {
    for (const { Name, Config, HostConfig } of await compose.containers()) {
      expect(Config.User, Name).toMatch(/^(1000:1000|appuser)$/);
      expect(HostConfig, Name).toMatchObject({ Privileged: false, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges:true'] });
      expect(HostConfig.CapAdd ?? [], Name).toEqual([]);
    }
  });

  it.each(['kafka', 'ingest', 'buffer', 'writer'])('can not write to the programs that it runs (%s)', async (service) => {
    expect((await compose.containers(service)).map(({ HostConfig }) => HostConfig.ReadonlyRootfs)).not.toContain(false);
    expect((await compose.exec(service, 'id', '-u')).trim()).toBe('1000');
    const probe = 'for dir in / /usr/local/bin /opt /etc /home; do touch $dir/probe 2>/dev/null && echo $dir; done; true';
    expect(await compose.exec(service, 'sh', '-c', probe)).toBe('');
  });

  it('takes no more memory, processes and disk for logs than it was given', async () => {
    for (const { Name, HostConfig } of await compose.containers()) {
      expect(HostConfig.Memory, Name).toBeGreaterThan(0);
      expect(HostConfig.PidsLimit, Name).toBeGreaterThan(0);
      expect(HostConfig.LogConfig.Config, Name).toMatchObject({ 'max-size': '10m', 'max-file': '3' });
    }
  });

  it('is reached from this host only, and only ingest is: what is scaled would collide on a port', async () => {
    const published = (await compose.containers()).flatMap(({ Name, HostConfig }) =>
      Object.values(HostConfig.PortBindings ?? {}).flatMap((ports) => ports.map(({ HostIp }) => `${Name} ${HostIp}`)),
    );
    expect(published).toEqual([expect.stringMatching(/-ingest-1 127\.0\.0\.1$/)]);
  });

  it('comes back after a crash; jobs have ended', async () => {
    const containers = await compose.containers();
    const [jobs, services] = [containers.filter(isJob), containers.filter((container) => !isJob(container))];
    for (const { Name, State } of jobs) expect(State, Name).toMatchObject({ Status: 'exited', ExitCode: 0 });
    for (const { Name, State, HostConfig } of services) {
      expect({ Status: State.Status, restart: HostConfig.RestartPolicy.Name }, Name).toEqual({
        Status: 'running',
        restart: 'unless-stopped',
      });
    }
  });

  it('finds no secret in the environment, and the image says what it was built from', async () => {
    for (const { Name, Config } of await compose.containers('ingest', 'buffer', 'writer')) {
      expect(
        Config.Env.filter((variable) => /^\w*(TOKEN|PASSWORD|SECRET|KEY)\w*=(?!\/)/.test(variable)),
        Name,
      ).toEqual([]);
      expect(Config.Labels, Name).toMatchObject({
        'org.opencontainers.image.version': 'test',
        'org.opencontainers.image.licenses': 'MIT',
      });
    }
  });
});
