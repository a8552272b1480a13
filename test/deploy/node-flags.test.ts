import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { NODE_FLAGS } from '../../tools/node-flags.mjs';

const ROOT = new URL('../../', import.meta.url).pathname;

it.each([
  'deploy/image/start-service',
  'deploy/agent/compose.yml',
  ...globSync('deploy/{agent,systemd}/*.service', { cwd: ROOT }),
])('%s starts services with the flags that they were measured with', (file) => {
  const text = readFileSync(ROOT + file, 'utf8');
  for (const flag of NODE_FLAGS) expect(text).toContain(flag);
});
