import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIRST_LINK } from './chain.ts';
import { recorded } from './recorded-file.fixture.ts';
import { formatSignatureLine, parseSignatureLine, type SignatureLine } from './signature-line.ts';
import { type SignedHead, signedBytes } from './signed-head.ts';
import { HeadSigner, isSignedBy, keyIdOf, readPublicKey } from './signing-key.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
const signer = new HeadSigner(pem);

const BLOCKS = recorded([Buffer.from('one\n'), Buffer.from('two\n'), Buffer.from('three\n')]);
const HEAD: SignedHead = {
  file: '/ftp-1/förensic.log',
  generation: 3,
  from: { blocks: 7, offset: 0, link: FIRST_LINK },
  to: { blocks: 10, offset: 14, link: BLOCKS[2]!.chain },
  signedAtUs: 1_795_422_257_266_000,
};
const LINE: SignatureLine = { head: HEAD, blocks: BLOCKS, keyId: signer.keyId, signature: signer.sign(HEAD) };

describe('a signature', () => {
  it('is of bytes that anybody can put together again', () => {
    const bytes = signedBytes({ ...HEAD, file: '/f', from: { blocks: 1, offset: 2, link: FIRST_LINK }, signedAtUs: 3 });
    const start = Buffer.from('fleet-forensics chain head v1\0').toString('hex');
    const places = `${'1'.padStart(16, '0')}${'2'.padStart(16, '0')}${'00'.repeat(32)}`;
    expect(bytes.toString('hex')).toMatch(new RegExp(`^${start}000000022f6600000003${places}000000000000000a000000000000000e`));
    expect(bytes.toString('hex')).toMatch(/0000000000000003$/);
  });

  it('holds for what was signed, and for nothing that differs in anything', () => {
    const signature = signer.sign(HEAD);
    expect(isSignedBy(publicKey, HEAD, signature)).toBe(true);
    const others: SignedHead[] = [
      { ...HEAD, file: '/ftp-2/förensic.log' },
      { ...HEAD, generation: 4 },
      { ...HEAD, from: { ...HEAD.from, blocks: 6 } },
      { ...HEAD, to: { ...HEAD.to, offset: 15 } },
      { ...HEAD, to: { ...HEAD.to, link: FIRST_LINK } },
      { ...HEAD, signedAtUs: 0 },
    ];
    for (const other of others) expect(isSignedBy(publicKey, other, signature)).toBe(false);
    expect(isSignedBy(generateKeyPairSync('ed25519').publicKey, HEAD, signature)).toBe(false);
  });

  it('comes back from its line with every block and link', () => {
    const line = formatSignatureLine(LINE);
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(parseSignatureLine(line)).toEqual(LINE);
  });

  it.each([
    ['a block of it is left out', (line: string) => line.replace(/,\["[^\]]*\]\]/, ']')],
    ['a digest is altered', (line: string) => line.replace(/([0-9a-f]{63})[0-9a-f]"\]/, '$1x"]')],
    ['its end is another one', (line: string) => line.replace('"offset":14', '"offset":15')],
    ['it is cut off', (line: string) => line.slice(0, 100)],
  ])('is refused if %s', (_, change) => {
    const line = formatSignatureLine(LINE);
    expect(change(line)).not.toBe(line);
    expect(() => parseSignatureLine(change(line))).toThrow(expect.objectContaining({ code: 'FF_BAD_SIGNATURE' }));
  });
});

describe('a signing key', () => {
  it('that others could read is not used: who has it can sign what he forges', () => {
    const dir = mkdtempSync(join(tmpdir(), 'ff-key-'));
    const path = join(dir, 'key.pem');
    writeFileSync(path, pem, { mode: 0o600 });
    expect(HeadSigner.ofFile(path).keyId).toBe(keyIdOf(publicKey));
    chmodSync(path, 0o640);
    expect(() => HeadSigner.ofFile(path)).toThrow(/is open to others: run chmod 600/);
    rmSync(dir, { recursive: true });
  });

  it('gives away its public half for those who verify', () => {
    const dir = mkdtempSync(join(tmpdir(), 'ff-key-'));
    writeFileSync(join(dir, 'public.pem'), signer.publicPem);
    expect(keyIdOf(readPublicKey(join(dir, 'public.pem')))).toBe(signer.keyId);
    rmSync(dir, { recursive: true });
  });

  it('of another kind, or none, is refused with a word on how to make one', () => {
    const { privateKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const wrong = String(rsa.export({ type: 'pkcs8', format: 'pem' }));
    expect(() => new HeadSigner(wrong)).toThrow(/another kind, rsa; .*openssl genpkey -algorithm ed25519/);
    expect(() => new HeadSigner('no key')).toThrow(expect.objectContaining({ code: 'FF_BAD_KEY' }));
  });
});
