import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from './command-run.fixture.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ff-signing-key-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('signing-key', () => {
  it('makes a key that only its owner may read, and shows its public half as often as it is asked', async () => {
    const path = join(dir, 'key.pem');
    const { status, out } = await run(['signing-key', 'create', path]);
    expect([status, statSync(path).mode & 0o777]).toEqual([0, 0o600]);
    expect(createPublicKey(out).asymmetricKeyType).toBe('ed25519');
    expect((await run(['signing-key', 'public', path])).out).toBe(out);
  });

  it('never writes over a key: what it has signed could not be checked any more', async () => {
    const path = join(dir, 'key.pem');
    await run(['signing-key', 'create', path]);
    const key = readFileSync(path, 'utf8');
    const { status, err } = await run(['signing-key', 'create', path]);
    expect([status, readFileSync(path, 'utf8')]).toEqual([1, key]);
    expect(err).toMatch(/key\.pem can't be made: EEXIST/);
  });

  it('needs one file', async () => {
    expect((await run(['signing-key', 'create'])).status).toBe(2);
    expect((await run(['signing-key', 'public', 'a', 'b'])).status).toBe(2);
  });
});
