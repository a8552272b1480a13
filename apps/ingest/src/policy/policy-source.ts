import type { Policy, SessionContext } from '@fleet-forensics/shared/wire/session-event';

/** The part of a session's context that its policy may depend on: the packer remembers no more. */
export type ServerContext = Pick<SessionContext, 'serverAddress' | 'serverName'>;

/** Resolves policies. What it says of a session may change with the session's context, or with time after a reload. */
export interface PolicySource {
  /**
   * What is kept and filed of the session; null: nothing is published of it (ForensicLogEngine off). Asked once a record, so it
   * must be cheap; two policies of one version are the same.
   * @param server what ingest has been told of it; empty if that was forgotten
   */
  policyFor(node: string, session: string, server: ServerContext): Policy | null;

  /** Every criterion that some policy names, canonical: a source refuses what is neither here nor built in. */
  readonly criteria: readonly string[];
}

/** One policy for every session. */
export class ConstantPolicy implements PolicySource {
  readonly criteria: readonly string[];
  readonly #policy: Policy | null;

  /** @param policy null: the engine is off */
  constructor(policy: Policy | null) {
    this.#policy = policy;
    this.criteria = policy?.criteria ?? [];
  }

  policyFor(): Policy | null {
    return this.#policy;
  }
}
