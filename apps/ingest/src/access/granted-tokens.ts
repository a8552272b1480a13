import { timingSafeEqual } from 'node:crypto';
import { hashOfToken, isToken } from '@fleet-forensics/shared/access/token';
import type { TokenGrant } from '@fleet-forensics/shared/access/token-grant';
import { matchesNode } from '@fleet-forensics/shared/node-pattern';
import type { Principal } from './principal.ts';

/** Why a token is not taken. Its holder is not told which. */
export type TokenRefusal = 'missing_token' | 'unknown_token' | 'expired_token';

/** `Authorization: Bearer …` (RFC 6750, section 2.1). */
const BEARER = /^Bearer +([^ ]+) *$/i;

/**
 * Who holds the token of an Authorization header.
 * @param grants by hash; looked up by the hash of what was sent, so that how long it takes tells nothing of the tokens there are
 * @param nowMs milliseconds since 1970
 */
export function principalOfToken(
  grants: ReadonlyMap<string, TokenGrant>,
  authorization: string | undefined,
  nowMs: number,
): Principal | TokenRefusal {
  if (authorization === undefined) return 'missing_token';
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined || !isToken(token)) return 'unknown_token';
  const hash = hashOfToken(token);
  const grant = grants.get(hash);
  if (grant === undefined || !timingSafeEqual(Buffer.from(grant.hash, 'hex'), Buffer.from(hash, 'hex'))) return 'unknown_token';
  if (grant.expiresMs !== null && nowMs >= grant.expiresMs) return 'expired_token';
  return { id: `token:${hash}`, isKnown: true, speaksFor: (node) => matchesNode(grant.nodes, node) };
}
