import type { OpenSource } from './source.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The sources that the settings switch on, in the order in which they start. @throws ForensicsError FF_BAD_SETTING */
export function configuredSources(_environment: Environment): readonly OpenSource[] {
  return [];
}
