import { describe, inject, onTestFailed } from 'vitest';
import { ComposeProject } from './compose-project.ts';

/** A suite over the services that run as containers. Without an engine it is skipped; who set it up said so. */
export function describeCompose(name: string, suite: (compose: ComposeProject) => void): void {
  const environment = inject('compose');
  describe.runIf(environment !== undefined)(`${name}, in containers`, () => {
    suite(new ComposeProject(environment ?? { INGEST_PORT: '0' }));
  });
}

/** Has the end of each container's log printed if the test that runs now fails. */
export function showLogsOnFailure(compose: ComposeProject): void {
  onTestFailed(async () => {
    process.stderr.write(await compose.logs());
  });
}
