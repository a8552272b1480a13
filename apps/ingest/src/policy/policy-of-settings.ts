import { createHash } from 'node:crypto';
import type { PolicySettings } from '@fleet-forensics/shared/settings/ingest-settings';
import { ALL_LOG_TYPES, type LogType, logTypeOf } from '@fleet-forensics/shared/wire/log-type';
import type { Policy } from '@fleet-forensics/shared/wire/session-event';
import { canonicalCriterion } from './criterion-names.ts';

/** What a policy is made of, be it from the settings or from directives. */
export type PolicyValues = Readonly<PolicySettings>;

/**
 * The policy that the values describe; null with the engine off.
 * @param name of the server that it is for; empty: ProFTPD's server config
 */
export function policyOfSettings(settings: PolicyValues, name = ''): Policy | null {
  if (!settings.engine) return null;
  const content: Omit<Policy, 'version'> = {
    name,
    bufferSize: settings.bufferSize,
    bufferBytes: settings.bufferBytes,
    criteria: [...new Set(settings.criteria.map(canonicalCriterion))],
    capture: captured(settings.capture),
    file: settings.file,
    formats: [...settings.format],
  };
  return { ...content, version: versionOf(content) };
}

/** In the wire's order; empty for all. */
function captured(names: readonly string[]): LogType[] {
  const types = new Set(names.map(logTypeOf));
  return types.size === ALL_LOG_TYPES.length ? [] : ALL_LOG_TYPES.filter((type) => types.has(type));
}

/** 48 bits of a hash: the same in every process and after every restart, and exact as a number. */
function versionOf(content: Omit<Policy, 'version'>): number {
  return createHash('sha256').update(JSON.stringify(content)).digest().readUIntBE(0, 6);
}
