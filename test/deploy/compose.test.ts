import { readFileSync } from 'node:fs';
import { DRAIN_MS } from '@fleet-forensics/shared/process/kafka-at-start';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

interface Service {
  readonly command?: readonly string[];
  readonly env_file?: readonly object[];
  readonly stop_grace_period?: string;
  readonly environment?: Readonly<Record<string, string | number>>;
}

const ROOT = new URL('../../', import.meta.url).pathname;
const { services } = parse(readFileSync(`${ROOT}docker-compose.yml`, 'utf8'), { merge: true, maxAliasCount: -1 }) as {
  services: Readonly<Record<string, Service>>;
};
const APPS = Object.entries(services).filter(([, { command }]) => /^(ingest|buffer|writer|standalone)$/.test(command?.[0] ?? ''));

it.each(APPS)('%s has the time to drain before it is killed', (_name, { stop_grace_period: grace }) => {
  expect(Number(/^(\d+)s$/.exec(grace ?? '')?.[1]) * 1000).toBeGreaterThan(DRAIN_MS);
});

it("the fleet's .env may name what an agent refuses: a policy file, the certificate of the central ingest", () => {
  const agents = APPS.filter(([, { environment }]) => environment?.['FF_FORWARD_URL'] !== undefined);
  expect(agents.map(([name]) => name)).toEqual(['demo-agent']);
  for (const [name, { env_file: files }] of agents) expect(files, name).toEqual([]);
});
