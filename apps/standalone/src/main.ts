import { ForensicsError } from '@fleet-forensics/shared/error';
import { drain, endAsked, outliveReaders } from './process-end.ts';
import { type Recorder, startRecorder } from './recorder.ts';

async function main(): Promise<number> {
  const asked = endAsked();
  let recorder: Recorder;
  try {
    recorder = await startRecorder({
      environment: process.env,
      warn: (message) => process.stderr.write(`warning: ${message}\n`),
    });
  } catch (error) {
    process.stderr.write(error instanceof ForensicsError ? `${error.code}: ${error.message}\n` : `${String(error)}\n`);
    return 1;
  }
  process.stdout.write(
    [
      `ingest listens on ${recorder.url} (POST /v1/events)`,
      `blocks are filed below ${recorder.forensicRoot}`,
      `the log lies in ${recorder.dataDir}`,
      'ready; Ctrl-C ends\n',
    ].join('\n'),
  );
  await asked;
  process.stdout.write('draining …\n');
  const isDrained = await drain(recorder);
  const counts = Object.entries(recorder.counts()).filter(([, count]) => count > 0);
  process.stdout.write(`${counts.map(([name, count]) => `${name} ${count}`).join(', ') || 'nothing happened'}\n`);
  return isDrained ? 0 : 1;
}

outliveReaders();
process.exit(await main());
