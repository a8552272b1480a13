import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOfToken, newToken } from '@fleet-forensics/shared/access/token';
import { expect, it, onTestFinished } from 'vitest';
import { line, RunningIngest } from '../sources/http/ingest-app.fixture.ts';
import { ScratchAccess } from './scratch-access.fixture.ts';

const PATIENCE = { timeout: 20_000 };

it('tokens are exchanged as Kubernetes does it: by a link to the directory of all, while the old one is removed', async () => {
  const scratch = new ScratchAccess();
  onTestFinished(() => scratch.remove());
  /** @param version a name that no version had before */
  function mount(version: string): string {
    const token = newToken();
    mkdirSync(scratch.path(version));
    writeFileSync(join(scratch.path(version), 'tokens'), `sha256:${hashOfToken(token)} node=n\n`);
    symlinkSync(version, scratch.path('..data_tmp'));
    renameSync(scratch.path('..data_tmp'), scratch.path('..data'));
    return token;
  }
  let token = mount('..1');
  symlinkSync('..data/tokens', scratch.tokensFile);
  const ingest = await RunningIngest.start({ FF_TOKENS_FILE: scratch.tokensFile });
  onTestFinished(() => ingest.close());
  const statusOf = async (shown: string) => (await ingest.post(line('x'), { authorization: `Bearer ${shown}` })).status;
  expect(await statusOf(token)).toBe(202);
  for (const version of [2, 3]) {
    const withdrawn = token;
    token = mount(`..${version}`);
    rmSync(scratch.path(`..${version - 1}`), { recursive: true });
    await expect.poll(() => statusOf(token), PATIENCE).toBe(202);
    expect(await statusOf(withdrawn)).toBe(401);
  }
  expect(ingest.counters.tokensRejected).toBe(0);
});
