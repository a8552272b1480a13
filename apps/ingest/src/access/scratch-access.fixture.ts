import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOfToken, newToken } from '@fleet-forensics/shared/access/token';

/** What makes certificates for tests. */
export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** Tokens and certificates in a directory of their own. */
export class ScratchAccess {
  readonly dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-access-'));
  readonly tokensFile = join(this.dir, 'tokens');

  /** A token for this; `rest` is the rest of its line. Its line is the only one then, unless `others` follow. */
  grant(rest: string, ...others: readonly string[]): string {
    const token = newToken();
    this.write('tokens', [`sha256:${hashOfToken(token)} ${rest}`, ...others, ''].join('\n'));
    return token;
  }

  /** As an editor saves it. @returns its path */
  write(name: string, text: string, mode = 0o600): string {
    const path = join(this.dir, name);
    writeFileSync(`${path}.new`, text, { mode });
    renameSync(`${path}.new`, path);
    return path;
  }

  /** An authority, `NAME.pem` and `NAME.key`. */
  authority(name: string): void {
    this.#certify(name, ['-subj', `/CN=${name}`, '-addext', 'basicConstraints=critical,CA:TRUE']);
  }

  /** A certificate that the authority signs, `NAME.pem` and `NAME.key`. @param names subjectAltName; empty: none */
  certificate(authority: string, name: string, names: string): void {
    const alternative = names === '' ? [] : ['-addext', `subjectAltName=${names}`];
    const signed = ['-CA', this.path(`${authority}.pem`), '-CAkey', this.path(`${authority}.key`)];
    this.#certify(name, [...signed, '-subj', `/CN=${name}`, '-addext', 'basicConstraints=critical,CA:FALSE', ...alternative]);
  }

  /** A certificate that has expired, `NAME.pem` and `NAME.key`. */
  expired(authority: string, name: string): void {
    const request = ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`];
    const [key, asked] = [this.path(`${name}.key`), this.path(`${name}.csr`)];
    const run = (args: readonly string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
    run([...request, '-keyout', key, '-out', asked]);
    const signed = ['-CA', this.path(`${authority}.pem`), '-CAkey', this.path(`${authority}.key`), '-days', '-1'];
    run(['x509', '-req', '-in', asked, ...signed, '-CAcreateserial', '-out', this.path(`${name}.pem`)]);
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Both files are there at once: whoever watches them never sees one of them alone. */
  #certify(name: string, args: readonly string[]): void {
    const files = ['-keyout', this.path(`${name}.key`), '-out', this.path(`${name}.pem`)];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', '-x509', ...key, ...files, ...args], { stdio: 'ignore' });
  }
}
