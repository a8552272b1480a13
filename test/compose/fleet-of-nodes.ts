import { expect } from 'vitest';
import type { IngestPlace } from '../chaos/load.ts';
import type { ComposeProject } from './compose-project.ts';

const NODES = 20;
const RING = 1024;

/** FTP nodes of a load, each with a token of its own, which ingest takes. */
export async function nodesWithTokens(compose: ComposeProject): Promise<IngestPlace[]> {
  const nodes = Array.from({ length: NODES }, (_, index) => `ftp-${index + 1}`);
  // One container for all of them, in place of twenty.
  const create = 'for node; do fleet-forensics token create --file /etc/fleet-forensics/tokens --node "$node" || exit 1; done';
  const printed = await compose.run('run', '--rm', '--entrypoint', 'sh', 'token', '-c', create, 'sh', ...nodes);
  const tokens = printed.trim().split('\n');
  if (tokens.length !== NODES) throw new Error(`${NODES} tokens were asked for, ${tokens.length} made`);
  // Ingest reads the whole file at once: when it knows the last one, it knows all.
  const statusOfLast = async () => {
    const headers = { 'content-type': 'application/x-ndjson', authorization: `Bearer ${tokens.at(-1)!}` };
    return (await fetch(`${compose.url}/v1/events`, { method: 'POST', headers, body: '' })).status;
  };
  await expect.poll(statusOfLast, { timeout: 30_000 }).not.toBe(401);
  return nodes.map((node, index) => ({
    node,
    token: tokens[index]!,
    ring: RING,
    file: '/forensic.log',
    url: () => compose.url,
  }));
}
