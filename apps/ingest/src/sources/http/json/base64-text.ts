/**
 * The bytes of a base64 text, strictly as in RFC 4648, section 4: the standard alphabet, padded, no white space, unused bits zero.
 * Undefined for any other text.
 */
export function bytesOfBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  // Node's decoder passes over what it does not understand, so only what it would write itself is right.
  return bytes.toString('base64') === text ? bytes : undefined;
}
