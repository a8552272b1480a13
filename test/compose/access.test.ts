import { beforeAll, expect, it } from 'vitest';
import { describeCompose } from './running.ts';

const EVENT = { session: '1795422257266-1', type: 'SystemLog', level: 5, message: 'hello', seq: 1 };

describeCompose('ingest as compose starts it', (compose) => {
  let token: string;

  async function publish(node: string, authorization: Readonly<Record<string, string>>): Promise<Response> {
    const headers = { 'content-type': 'application/json', ...authorization };
    return fetch(`${compose.url}/v1/events`, { method: 'POST', headers, body: JSON.stringify([{ node, ...EVENT }]) });
  }

  beforeAll(async () => {
    token = (await compose.run('run', '--rm', 'token', '--node', 'access-*')).trim();
  });

  it('takes events of the nodes that the token was made for, without a restart', async () => {
    const statusOf = async () => (await publish('access-1', { authorization: `Bearer ${token}` })).status;
    await expect.poll(statusOf, { timeout: 30_000 }).toBe(202);
  });

  it('refuses who has no token, or a wrong one, with 401', async () => {
    expect((await publish('access-1', {})).status).toBe(401);
    const wrong = await publish('access-1', {
      authorization: `Bearer ${token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))}`,
    });
    expect(wrong.status).toBe(401);
    expect(wrong.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it('refuses a node that the token may not speak for with 403', async () => {
    expect((await publish('other-1', { authorization: `Bearer ${token}` })).status).toBe(403);
  });
});
