import { AccessSettings } from './access-settings.ts';
import { BufferSettings } from './buffer-settings.ts';
import { BusSettings } from './bus-settings.ts';
import { DetectionSettings } from './detection-settings.ts';
import { EmbeddedLogSettings } from './embedded-log-settings.ts';
import { ForwardSettings } from './forward-settings.ts';
import { IngestSettings, PolicySettings } from './ingest-settings.ts';
import { KafkaSettings } from './kafka-settings.ts';
import { NodeLogSettings } from './node-log-settings.ts';
import { NodeSettings } from './node-settings.ts';
import { OpsSettings } from './ops-settings.ts';
import { PolicyFileSettings } from './policy-file-settings.ts';
import { type DeclaredSetting, type SettingsClass, settingsOf } from './setting.ts';
import { SocketSettings } from './socket-settings.ts';
import { SignatureSettings } from './signature-settings.ts';
import { SpoolSettings } from './spool-settings.ts';
import { SyslogSettings } from './syslog-settings.ts';
import { WriterSettings } from './writer-settings.ts';

const GROUPS: readonly (readonly [title: string, type: SettingsClass<object>])[] = [
  ['Ingest', IngestSettings],
  ['Access to ingest', AccessSettings],
  ['Node', NodeSettings],
  ['Logs of a node', NodeLogSettings],
  ['Socket', SocketSettings],
  ['Policy', PolicySettings],
  ['Policy file', PolicyFileSettings],
  ['Detection', DetectionSettings],
  ['Syslog', SyslogSettings],
  ['Spool', SpoolSettings],
  ['Forwarding', ForwardSettings],
  ['Buffer', BufferSettings],
  ['Writer', WriterSettings],
  ['Signatures', SignatureSettings],
  ['Health and metrics', OpsSettings],
  ['Bus', BusSettings],
  ['Embedded log', EmbeddedLogSettings],
  ['Kafka', KafkaSettings],
];

/** Every settings class of the project: a variable with our prefix that none of them declares is a mistake. */
export const SETTINGS: readonly SettingsClass<object>[] = GROUPS.map(([, type]) => type);

/** docs/SETTINGS.md */
export function settingsReference(): string {
  const sections = GROUPS.map(([title, type]) => [`## ${title}`, '', ...settingsOf(type).map(entry), ''].join('\n'));
  const intro =
    'Settings are environment variables. Each is checked at start: a value out of its bound, or a variable that begins with `FF_` and is none of these, ends the start with a message that names it.';
  return ['# Settings', '', intro, '', ...sections].join('\n');
}

function entry({ variable, doc, bound, unit, default: value }: DeclaredSetting): string {
  const shown = String(typeof value === 'boolean' ? (value ? 'on' : 'off') : Array.isArray(value) ? value.join(' ') : value);
  const standard = shown === '' ? 'empty' : `\`${shown}\`${unit ? ` ${unit}` : ''}`;
  return `- **\`${variable}\`** (default ${standard}; ${bound}). ${doc}`;
}
