// Run by tests as a process of its own: service.fixture.ts KIND. A service that starts, or not, ends, or not, as KIND says.
// What it runs is the compiled package: Node alone compiles no decorators.
import { ForensicsError } from '@fleet-forensics/shared/error';
import { runService, type Service, type ServicePorts } from '@fleet-forensics/shared/process/service';

const [kind] = process.argv.slice(2);
let isReady = false;
let closed = 0;

async function start({ warn, fatal }: ServicePorts): Promise<Service> {
  if (kind === 'refused') throw new ForensicsError('FF_BAD_SETTING', 'this is wrong');
  warn('it starts');
  // It keeps the process alive, as what a service listens on does.
  setInterval(() => {}, 1000);
  if (kind === 'waits') await new Promise(() => {});
  if (kind === 'restores') setTimeout(() => (isReady = true), 10);
  if (kind === 'crashes') setTimeout(() => fatal(new ForensicsError('FF_GONE', 'it can not go on')), 10);
  return {
    places: ['here it is'],
    get readiness() {
      return isReady ? { isReady, why: ['2 partitions'] } : { isReady, why: ['restoring 2 of 2 partitions'] };
    },
    get counts() {
      return { closed, zero: 0 };
    },
    stuck: kind === 'stuck' ? ['it hangs'] : [],
    metrics: [{ kind: 'counter', name: 'forensic_closed_total', help: 'of a test', read: () => closed }],
    drainMs: kind === 'hangs' ? 1 : 60_000,
    close: async () => {
      closed += 1;
      if (kind === 'hangs' || kind === 'drains') await new Promise(() => {});
    },
  };
}

await runService('ingest', start);
