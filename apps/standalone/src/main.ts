import { runService } from '@fleet-forensics/shared/process/service';
import { CLOSE_WITHIN_MS, startRecorder } from './recorder.ts';

await runService('standalone', async ({ environment, stuckMs, warn }) => {
  const recorder = await startRecorder({ environment, warn });
  return {
    places: [...recorder.places, `blocks are filed below ${recorder.forensicRoot}`, `the log lies in ${recorder.dataDir}`],
    get readiness() {
      return recorder.readiness;
    },
    get stuck() {
      return recorder.stuckFor(stuckMs);
    },
    metrics: recorder.metrics,
    get counts() {
      return recorder.counts();
    },
    drainMs: CLOSE_WITHIN_MS,
    close: () => recorder.close(),
  };
});
