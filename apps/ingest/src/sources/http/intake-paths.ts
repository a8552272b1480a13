export const EVENTS_PATH = '/v1/events';

/** OTLP/HTTP's, as its exporters append it to their endpoint. */
export const LOGS_PATH = '/v1/logs';

const INTAKE_PATHS = [EVENTS_PATH, LOGS_PATH] as const;

export type IntakePath = (typeof INTAKE_PATHS)[number];

/** The path of a request's URL, if it is one that takes events, in exactly this spelling. */
export function intakePathOf(url: string): IntakePath | undefined {
  const path = url.split('?', 1)[0];
  return INTAKE_PATHS.find((known) => known === path);
}
