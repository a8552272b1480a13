import { globSync, readFileSync } from 'node:fs';
import type { Model } from '@kubernetes-models/base';
import { DRAIN_MS } from '@fleet-forensics/shared/process/kafka-at-start';
import * as apps from 'kubernetes-models/apps/v1';
import * as autoscaling from 'kubernetes-models/autoscaling/v2';
import * as batch from 'kubernetes-models/batch/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { watchFields } from './unread-fields.ts';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly template?: { readonly spec: PodSpec } };
}
interface PodSpec {
  readonly securityContext: object;
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly containers: readonly { readonly securityContext: object }[];
}
type Kinds = Readonly<Record<string, new (manifest: never) => Model<object>>>;

const GROUPS: Readonly<Record<string, object>> = {
  v1: core,
  'apps/v1': apps,
  'autoscaling/v2': autoscaling,
  'batch/v1': batch,
  'networking.k8s.io/v1': networking,
  'policy/v1': policy,
};
const DIR = new URL('../../deploy/kubernetes/', import.meta.url).pathname;

const MANIFESTS = globSync('*.yaml', { cwd: DIR }).flatMap((file) =>
  parseAllDocuments(readFileSync(DIR + file, 'utf8')).map((document) => document.toJS() as Manifest),
);
const named = ({ kind, metadata }: Manifest) => [kind, metadata.name] as const;
const PODS = MANIFESTS.flatMap((manifest) => {
  const pod = manifest.spec?.template?.spec;
  return pod ? [[...named(manifest), pod] as const] : [];
});

/** What Kubernetes' schema says is wrong; fields that it does not know are, too. */
function problemsOf(manifest: Manifest): string[] {
  const kind = (GROUPS[manifest.apiVersion] as Kinds | undefined)?.[manifest.kind];
  if (!kind) return [`${manifest.apiVersion} has no ${manifest.kind}`];
  const { watched, unread } = watchFields(new kind(manifest as never));
  try {
    watched.validate();
    return [...unread].map((field) => `${field} is not a field`);
  } catch (error) {
    return [String(error)];
  }
}

describe('what Kubernetes is given', () => {
  it.each(MANIFESTS.map((manifest) => [...named(manifest), manifest] as const))(
    '%s %s is as its schema says',
    (_kind, _name, manifest) => {
      expect(problemsOf(manifest)).toEqual([]);
    },
  );

  it.each<[RegExp, (manifest: Record<string, never>) => void]>([
    [/^\/metdata is not a field$/, (manifest) => Object.assign(manifest, { metdata: {} })],
    [/^\/spec\/replica is not a field$/, ({ spec }) => Object.assign(spec!, { replica: 1 })],
    [/spec\/replicas must be integer/, ({ spec }) => Object.assign(spec!, { replicas: '2' })],
    [/must have required property selector/, ({ spec }) => Object.assign(spec!, { selector: undefined })],
    [/has no Deploiment/, (manifest) => Object.assign(manifest, { kind: 'Deploiment' })],
  ])('a mistake is told: %s', (told, mistake) => {
    const manifest = structuredClone(MANIFESTS.find(({ kind }) => kind === 'Deployment')!);
    mistake(manifest as never);
    expect(problemsOf(manifest)).toEqual([expect.stringMatching(told)]);
  });

  it.each(PODS)(
    '%s %s runs as an ordinary user that can change nothing but its volumes, and has the time to drain',
    (_kind, _name, pod) => {
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.terminationGracePeriodSeconds ?? 30).toBeGreaterThan(DRAIN_MS / 1000);
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const { securityContext } of pod.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    },
  );
});
