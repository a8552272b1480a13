import { ForensicsError } from '@fleet-forensics/shared/error';
import { ForwardSettings } from '@fleet-forensics/shared/settings/forward-settings';
import { PolicySettings } from '@fleet-forensics/shared/settings/ingest-settings';
import { PolicyFileSettings } from '@fleet-forensics/shared/settings/policy-file-settings';
import { readSettings, settingsOf } from '@fleet-forensics/shared/settings/setting';
import { resolve } from 'node:path';
import { PolicyFile, type PolicyFileOptions } from './policy-file.ts';
import { policyOfSettings } from './policy-of-settings.ts';
import { ConstantPolicy, type PolicySource } from './policy-source.ts';
import { FileWatch } from '../reload/file-watch.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What no directive says. */
const BESIDE_A_FILE: ReadonlySet<string> = new Set(['FF_BUFFER_BYTES']);

/** The policies that the settings name. */
export interface ConfiguredPolicies {
  readonly source: PolicySource;
  /** Where they come from, as the process says it at its start. */
  readonly place: string;
  /** What is not as it should be, a phrase each, for the readiness. */
  readonly warnings: readonly string[];
  /** Looks at no file any more. */
  close(): void;
}

/**
 * Reads FF_POLICY_FILE, or else the policy settings.
 * @throws ForensicsError FF_BAD_SETTING if both are given, FF_BAD_DIRECTIVES, FF_UNREADABLE_FILE
 */
export function configuredPolicies(
  environment: Environment,
  ports: Pick<PolicyFileOptions, 'counters' | 'warn'>,
): ConfiguredPolicies {
  const settings = readSettings(PolicySettings, environment);
  const { policyFile, policyDefines, policyModules, policyPollMs } = readSettings(PolicyFileSettings, environment);
  if (policyFile === '') {
    const source = new ConstantPolicy(policyOfSettings(settings));
    return { source, place: 'one policy for all sessions, from the settings', warnings: [], close: () => {} };
  }
  refuseSecondPolicy(environment);
  const path = resolve(policyFile);
  const { bufferBytes } = settings;
  const file = new PolicyFile({ ...ports, path, bufferBytes, environment, defines: policyDefines, modules: policyModules });
  const watch = new FileWatch(file, policyPollMs);
  return {
    source: file,
    place: `policies come from ${path}`,
    get warnings() {
      return file.outOfDate === undefined ? [] : [file.outOfDate];
    },
    close: () => watch.close(),
  };
}

function refuseSecondPolicy(environment: Environment): void {
  const isGiven = (variable: string) => (environment[variable] ?? '') !== '';
  const given = settingsOf(PolicySettings).flatMap(({ variable }) => (isGiven(variable) ? [variable] : []));
  const other = given.find((variable) => !BESIDE_A_FILE.has(variable));
  if (other !== undefined) {
    throw new ForensicsError(
      'FF_BAD_SETTING',
      `${other} is given, and FF_POLICY_FILE, too: only one of them can be the policy; say it in the file, or leave the file out`,
    );
  }
  if (readSettings(ForwardSettings, environment).url !== '') {
    throw new ForensicsError(
      'FF_BAD_SETTING',
      'FF_POLICY_FILE is read by the ingest that FF_FORWARD_URL names: set it there, not here',
    );
  }
}
