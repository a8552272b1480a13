import { BufferSettings } from './buffer-settings.ts';
import { EmbeddedLogSettings } from './embedded-log-settings.ts';
import { IngestSettings, PolicySettings } from './ingest-settings.ts';
import type { SettingsClass } from './setting.ts';
import { WriterSettings } from './writer-settings.ts';

/** Every settings class of the project: a variable with our prefix that none of them declares is a mistake. */
export const SETTINGS: readonly SettingsClass<object>[] = [
  IngestSettings,
  PolicySettings,
  BufferSettings,
  WriterSettings,
  EmbeddedLogSettings,
];
