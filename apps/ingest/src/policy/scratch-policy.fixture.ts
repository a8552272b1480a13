import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Counters } from '../counters.ts';
import { PolicyFile } from './policy-file.ts';

/** A policy file in a directory of its own. */
export class ScratchPolicy {
  readonly dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-policy-'));
  readonly path = join(this.dir, 'forensics.conf');
  readonly counters = new Counters();
  readonly warnings: string[] = [];

  constructor(text: string) {
    this.write(text);
  }

  /** As an editor saves it. */
  write(text: string, name = 'forensics.conf'): void {
    const path = join(this.dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  }

  open(): PolicyFile {
    const warn = (message: string) => this.warnings.push(message);
    const options = { environment: {}, defines: [], modules: [], bufferBytes: 65_536, counters: this.counters, warn };
    return new PolicyFile({ ...options, path: this.path });
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
