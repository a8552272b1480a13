import { beforeEach, expect, it } from 'vitest';
import { Audit } from '../chaos/audit.ts';
import type { IngestPlace } from '../chaos/load.ts';
import type { SessionScript } from '../chaos/session-script.ts';
import type { ComposeProject, Container } from './compose-project.ts';
import { FleetLoad } from './fleet-load.ts';
import { nodesWithTokens } from './fleet-of-nodes.ts';
import { describeCompose, showLogsOnFailure } from './running.ts';
import { blocksInVolume } from './writer-volume.ts';

const WARM_SESSIONS = 60;
const SESSIONS = 500;
/** All of it, also on a busy machine. */
const WHOLE_MS = 600_000;
const PATIENCE_MS = 120_000;
/** stop_grace_period of the services. */
const GRACE_S = 20;
const CLEAN = { missing: [], repeated: [], wrong: [], unexpected: [] };

/** What the blocks of our sessions in the writer's volume say; those of other suites are theirs. */
async function findings(compose: ComposeProject, scripts: ReadonlyMap<string, SessionScript>) {
  const audit = new Audit(scripts);
  for (const block of await blocksInVolume(compose)) {
    if (/^ftp-\d+$/.test(block.headers['Node'] ?? '')) audit.take(block, '/forensic.log');
  }
  return audit.findings();
}

/** As the kernel would for want of memory: its restart policy acts, which it does not after `docker kill`. */
async function killServiceProcess(compose: ComposeProject, service: string): Promise<Container> {
  const [victim] = await compose.containers(service);
  const kill = 'for p in /proc/[0-9]*; do [ "$(readlink $p/exe)" = /usr/local/bin/node ] && kill -9 ${p#/proc/}; done; true';
  await compose.exec(service, 'sh', '-c', kill);
  return victim!;
}

async function restartOneByOne(compose: ComposeProject): Promise<void> {
  for (const container of await compose.containers('ingest', 'buffer', 'writer')) {
    await compose.restart(container, GRACE_S);
    await compose.healthy();
  }
}

describeCompose('a fleet of twenty nodes whose services fail, scale and restart', (compose) => {
  let places: IngestPlace[];

  beforeEach(async () => {
    places = await nodesWithTokens(compose);
  });

  it('has every block in the volume of the writer, once, and intact', { timeout: WHOLE_MS }, async () => {
    showLogsOnFailure(compose);
    const load = new FleetLoad(places, 1);
    await load.begun(WARM_SESSIONS);

    const killed = await compose.timed('SIGKILL of a buffer', () => killServiceProcess(compose, 'buffer'));
    const restarts = async () => (await compose.containers('buffer')).find(({ Id }) => Id === killed.Id)?.RestartCount;
    await expect.poll(restarts, { timeout: PATIENCE_MS }).toBe(killed.RestartCount + 1);
    await compose.timed('restart of the broker', () => compose.run('restart', 'kafka'));
    await compose.timed('healthy again', () => compose.healthy());
    await compose.timed('scale 3 to 5', () => compose.up(5));
    await compose.timed('scale 5 to 2', () => compose.up(2));
    await compose.timed('rolling restart', () => restartOneByOne(compose));
    await load.begun(SESSIONS);
    await compose.timed('the last sessions', () => load.end());
    const missing = async () => (await findings(compose, load.scripts)).missing;
    await expect.poll(missing, { timeout: PATIENCE_MS, interval: 1000 }).toEqual([]);

    await compose.timed('stop', () => compose.run('stop'));
    const services = await compose.containers('ingest', 'buffer', 'writer');
    expect(services.map(({ Name, State }) => `${Name} ${State.ExitCode}`)).toEqual(services.map(({ Name }) => `${Name} 0`));
    await compose.run('down');
    await compose.timed('up on the same volumes', () => compose.up(2));
    const later = new FleetLoad(places, 3);
    await later.begun(WARM_SESSIONS);
    await later.end();
    const scripts = new Map([...load.scripts, ...later.scripts]);
    await expect.poll(() => findings(compose, scripts), { timeout: PATIENCE_MS, interval: 1000 }).toEqual(CLEAN);
    await expect(compose.exec('writer', 'fleet-forensics', 'verify', '--all')).resolves.toMatch(/^intact +\/forensic\.log:/m);
    const asked = [...scripts.values()].reduce((sum, script) => sum + script.asked.length, 0);
    process.stdout.write(`compose: ${scripts.size} sessions, ${asked} criteria, each block once\n`);
  });
});
