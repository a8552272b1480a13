import { expect } from 'vitest';
import type { ServiceProcess } from './service-process.ts';

const PATIENCE = { timeout: 90_000, interval: 100 };

/** Status of `/livez` or `/readyz`, and the reasons. */
export async function healthOf(service: ServiceProcess, path: '/livez' | '/readyz'): Promise<[status: number, why: string]> {
  const response = await fetch(`${service.opsUrl}${path}`);
  const { why } = (await response.json()) as { why: readonly string[] };
  return [response.status, why.join(', ')];
}

/** Resolves when `/readyz` answers with the status, for a reason that matches. @throws after a minute and a half */
export async function untilReadiness(service: ServiceProcess, status: number, why = /(?:)/): Promise<void> {
  await expect.poll(() => healthOf(service, '/readyz'), PATIENCE).toEqual([status, expect.stringMatching(why)]);
}

/** The value of a metric, its labels as they are written; NaN: it is not there. */
export async function metricOf(service: ServiceProcess, series: string): Promise<number> {
  const text = await (await fetch(`${service.opsUrl}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? Number.NaN);
}
