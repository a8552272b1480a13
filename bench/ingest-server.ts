import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIngest } from '@fleet-forensics/ingest/ingest-app';
import { policyOfSettings } from '@fleet-forensics/ingest/policy/policy-of-settings';
import { ConstantPolicy } from '@fleet-forensics/ingest/policy/policy-source';
import { EmbeddedLog } from '@fleet-forensics/shared/bus/embedded/embedded-log';
import { IngestSettings, PolicySettings } from '@fleet-forensics/shared/settings/ingest-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { TOPICS } from '@fleet-forensics/shared/topics';

// Ingest and the embedded log alone in a process: what `npm start` does before the buffer. Ends when its parent does.
const dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-bench-'));
const log = new EmbeddedLog({ dir: join(dir, 'log') });
await log.ensureTopics(TOPICS);
const settings = readSettings(IngestSettings, { FF_INGEST_PORT: '0' });
const policies = new ConstantPolicy(policyOfSettings(readSettings(PolicySettings, {})));
const warn = (message: string) => process.stderr.write(`${message}\n`);
const { app, url } = await startIngest({ bus: log, settings, policies, node: 'bench', warn });

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send!({ cpuSeconds: (user + system) / 1e6 });
});
process.on('disconnect', () => {
  void app
    .close()
    .then(() => log.close())
    .then(() => rmSync(dir, { recursive: true, force: true }));
});
process.send!({ url });
