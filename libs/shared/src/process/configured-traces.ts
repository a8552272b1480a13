import { readSettings } from '../settings/setting.ts';
import { TraceSettings } from '../settings/trace-settings.ts';
import type { Warn } from './log.ts';
import type { Traces } from './traces.ts';

/**
 * The traces of a service, as its settings say. OpenTelemetry's SDK is not loaded where there are none.
 * @returns undefined: nothing is traced
 * @throws ForensicsError FF_BAD_SETTING
 */
export async function configuredTraces(
  service: string,
  environment: Readonly<Record<string, string | undefined>>,
  warn: Warn,
): Promise<Traces | undefined> {
  const { url } = readSettings(TraceSettings, environment);
  if (url === '') return undefined;
  const { OtlpTraces } = await import('./otlp-traces.ts');
  return new OtlpTraces(service, url, warn);
}
