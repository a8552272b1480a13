import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { AdmittedRequest } from './admitted-request.ts';

/**
 * Unpacks a gzip body as far as `read` reads it: of what `read` refuses the rest is dropped as it is.
 * @throws Problem 429 if there is no room to unpack it; what `read` throws
 */
export async function readGzip(
  payload: Readable,
  admitted: AdmittedRequest,
  read: (unpacked: Readable) => Promise<Buffer>,
): Promise<Buffer> {
  if (!admitted.lease.unpack()) throw admitted.tooMuch();
  const unpacked = createGunzip();
  const broken = (error: Error) => unpacked.destroy(error);
  // No pipeline: it would destroy the connection together with the unpacked stream, and the refusal could not be told.
  payload.on('error', broken).pipe(unpacked);
  try {
    return await read(unpacked);
  } finally {
    payload.off('error', broken).unpipe(unpacked).resume();
    unpacked.destroy();
  }
}
