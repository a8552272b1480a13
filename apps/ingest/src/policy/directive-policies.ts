import { type Configuration, nodeNamed } from '@fleet-forensics/shared/directives/configuration';
import { CRITERIA } from '@fleet-forensics/shared/directives/forensic-directives';
import { resolvePolicy, serversOf } from '@fleet-forensics/shared/directives/resolved-policy';
import { chooseServer } from '@fleet-forensics/shared/directives/server-choice';
import type { Policy } from '@fleet-forensics/shared/wire/session-event';
import { policyOfSettings } from './policy-of-settings.ts';
import type { PolicySource, ServerContext } from './policy-source.ts';

/** Servers of nodes whose policy is remembered; beyond it all are resolved anew. A server takes about 300 bytes. */
const MAX_REMEMBERED = 100_000;

/** The policies of a configuration in ProFTPD's syntax. */
export class DirectivePolicies implements PolicySource {
  readonly criteria = CRITERIA;
  readonly #configuration: Configuration;
  readonly #bufferBytes: number;
  readonly #remembered = new Map<string, Policy | null>();
  /** One object per policy, however many servers have it. */
  readonly #byVersion = new Map<number, Policy>();

  /** @param bufferBytes of every ring, which no directive tells */
  constructor(configuration: Configuration, bufferBytes: number) {
    this.#configuration = configuration;
    this.#bufferBytes = bufferBytes;
  }

  policyFor(node: string, _session: string, server: ServerContext): Policy | null {
    const key = `${node}\0${server.serverAddress ?? ''}\0${server.serverName ?? ''}`;
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    const policy = this.#resolve(node, server);
    this.#remembered.set(key, policy);
    return policy;
  }

  #resolve(node: string, session: ServerContext): Policy | null {
    const isOfNode = nodeNamed(node);
    const server = chooseServer(serversOf(this.#configuration, isOfNode), session);
    const { name, values } = resolvePolicy(this.#configuration, server, isOfNode);
    const policy = policyOfSettings({ ...values, bufferBytes: this.#bufferBytes }, name);
    if (policy === null) return null;
    const same = this.#byVersion.get(policy.version);
    if (same === undefined) this.#byVersion.set(policy.version, policy);
    return same ?? policy;
  }
}
