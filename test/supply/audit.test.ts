import { spawn } from 'node:child_process';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';

const AUDIT = fileURLToPath(new URL('../../tools/audit.mjs', import.meta.url));
const ADVISORY = {
  id: 1,
  url: 'https://advisories.example/1',
  title: 'reads what it should not',
  severity: 'high',
  vulnerable_versions: '<99',
};

/** The real npm asks a registry that answers so. */
async function audit(registry: RequestListener): Promise<{ status: unknown; out: string; err: string }> {
  const server = createServer(registry).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const env = { ...process.env, npm_config_registry: `http://127.0.0.1:${port}/`, npm_config_fetch_retries: '0' };
  const child = spawn(process.execPath, [AUDIT], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { status, out, err };
}

it('names each package with a known vulnerability, what it is, and what has it by another one', async () => {
  const { status, out } = await audit(({ url, method }, response) => {
    if (method === 'POST') response.end(JSON.stringify({ kafkajs: [ADVISORY] }));
    else if (url === '/kafkajs')
      response.end(JSON.stringify({ name: 'kafkajs', versions: { '2.2.4': { name: 'kafkajs', version: '2.2.4' } } }));
    else response.writeHead(404).end('{}');
  });
  expect(out).toContain('kafkajs (high): reads what it should not, https://advisories.example/1');
  expect(status).toBe(1);
});

it('says that there is none', async () => {
  const { status, out } = await audit((_request, response) => void response.end('{}'));
  expect([status, out]).toEqual([0, 'No known vulnerability in the packages that run\n']);
});

it('does not take a registry that does not answer for one that knows of none', async () => {
  const { status, err } = await audit((_request, response) => void response.writeHead(405).end());
  expect(err).toMatch(/^The registry does not say which packages are vulnerable: .*405/);
  expect(status).toBe(2);
});
