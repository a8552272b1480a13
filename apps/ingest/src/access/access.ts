import type { X509Certificate } from 'node:crypto';
import type { TlsOptions } from 'node:tls';
import type { TokenGrant } from '@fleet-forensics/shared/access/token-grant';
import { principalOfCertificate } from './client-certificate.ts';
import { principalOfToken, type TokenRefusal } from './granted-tokens.ts';
import { type Principal, unknownPrincipal } from './principal.ts';

/** Why nobody is let in with this request. The codes are a closed set. */
export type AccessRefusal = TokenRefusal | 'missing_certificate';

/** What a request shows of its sender. */
export interface Credentials {
  /** The Authorization header. */
  readonly authorization: string | undefined;
  /** Of the TLS connection, checked against the authority; undefined: none. */
  readonly certificate: X509Certificate | undefined;
  /** Of the other end of the connection. */
  readonly address: string;
}

/** Who may publish, and as which nodes. What is configured is needed: with tokens and certificates each request has both. */
export interface Access {
  /** By hash; null: none is asked for. */
  readonly tokens: ReadonlyMap<string, TokenGrant> | null;
  /** What the HTTP listener speaks TLS with; null: it speaks plain HTTP. */
  readonly tls: TlsOptions | null;
  /** Calls back with what to speak TLS with from now on. */
  onTlsChange(changed: (tls: TlsOptions) => void): void;
  /** How it is decided, for the process to say at its start. */
  readonly place: string;
  /** What is not as it should be, a phrase each, for the readiness. */
  readonly warnings: readonly string[];
  /** Looks at no file any more. */
  close(): void;
}

/** Nobody is asked who they are: for a listener that only this host reaches. */
export const ANYBODY: Access = {
  tokens: null,
  tls: null,
  onTlsChange: () => {},
  place: 'anybody on this host may publish as any node: there is no FF_TOKENS_FILE',
  warnings: [],
  close: () => {},
};

/** True if everybody has to show who they are. */
export function asksWho({ tokens, tls }: Access): boolean {
  return tokens !== null || tls?.requestCert === true;
}

/** Who sends a request; or why nobody is let in with it. @param nowMs milliseconds since 1970 */
export function principalOf({ tokens, tls }: Access, shown: Credentials, nowMs: number): Principal | AccessRefusal {
  let principal = unknownPrincipal(shown.address);
  if (tls?.requestCert) {
    if (shown.certificate === undefined) return 'missing_certificate';
    principal = principalOfCertificate(shown.certificate);
  }
  if (tokens === null) return principal;
  const holder = principalOfToken(tokens, shown.authorization, nowMs);
  if (typeof holder === 'string') return holder;
  const before = principal;
  return { ...holder, speaksFor: (node) => holder.speaksFor(node) && before.speaksFor(node) };
}
