import type { X509Certificate } from 'node:crypto';
import type { Principal } from './principal.ts';

/**
 * Who shows this certificate, which its authority has signed: it speaks for the nodes that it names as DNS names (subjectAltName), or, if it
 * has none, as its common name (RFC 9525 would forbid that one; many private authorities still write no other). In any case, without
 * wildcards: a certificate of many nodes names them all.
 */
export function principalOfCertificate(certificate: X509Certificate): Principal {
  return {
    id: `certificate:${certificate.fingerprint256}`,
    isKnown: true,
    speaksFor: (node) =>
      // To OpenSSL a name that begins with a dot is every name below it.
      !node.startsWith('.') && certificate.checkHost(node, { subject: 'default', wildcards: false }) !== undefined,
  };
}
