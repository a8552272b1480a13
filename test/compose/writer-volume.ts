import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FiledBlock } from '@fleet-forensics/standalone/filed-block';
import { ForensicFile } from '../chaos/forensic-file.ts';
import type { ComposeProject } from './compose-project.ts';

const FORENSIC_LOG = '/var/lib/fleet-forensics/forensic/forensic.log';

/** The whole blocks of /forensic.log, as an operator would copy it out of the writer's volume. @throws Error for what is no block */
export async function blocksInVolume(compose: ComposeProject): Promise<FiledBlock[]> {
  const dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-volume-'));
  try {
    const copy = join(dir, 'forensic.log');
    await compose.run('cp', `writer:${FORENSIC_LOG}`, copy);
    return [...new ForensicFile(copy).blocks()];
  } finally {
    rmSync(dir, { recursive: true });
  }
}
