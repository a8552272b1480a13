import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';
import { openSecretWarning, readAccessFile } from '@fleet-forensics/shared/access/access-file';
import { readHeldToken } from '@fleet-forensics/shared/access/held-token';
import { ForensicsError } from '@fleet-forensics/shared/error';
import type { ForwardSettings } from '@fleet-forensics/shared/settings/forward-settings';

const REQUEST_TIMEOUT_MS = 30_000;

/** How a central ingest is spoken to: whom we trust, and what we show. */
export class CentralConnection {
  readonly #settings: ForwardSettings;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #isTls: boolean;

  /**
   * @param warn told of a secret that is open to everybody on this host
   * @throws ForensicsError FF_BAD_SETTING if settings don't go together; FF_UNREADABLE_FILE, FF_BAD_TOKENS. Nothing of a secret is told.
   */
  constructor(settings: ForwardSettings, warn: (message: string) => void) {
    const { url, tokenFile, ca, cert, key } = settings;
    this.#settings = settings;
    this.#isTls = url.startsWith('https:');
    if ((cert === '') !== (key === '')) throw bad('FF_FORWARD_CERT and FF_FORWARD_KEY need one another: set both or none');
    if (!this.#isTls && (ca !== '' || cert !== ''))
      throw bad('FF_FORWARD_CA, _CERT and _KEY are of no use without an https:// FF_FORWARD_URL');
    if (tokenFile !== '' && readHeldToken('FF_FORWARD_TOKEN_FILE', tokenFile).isReadByOthers) {
      warn(openSecretWarning('FF_FORWARD_TOKEN_FILE', tokenFile));
    }
    const pem = (setting: string, path: string) => readAccessFile(setting, path).text;
    this.#agent = this.#isTls
      ? new HttpsAgent({
          keepAlive: true,
          ...(ca !== '' && { ca: pem('FF_FORWARD_CA', ca) }),
          ...(cert !== '' && { cert: pem('FF_FORWARD_CERT', cert), key: pem('FF_FORWARD_KEY', key) }),
        })
      : new HttpAgent({ keepAlive: true });
  }

  /** Closes the connections that are kept alive. */
  close(): void {
    this.#agent.destroy();
  }

  /** Posts a protobuf body; redirects are answers like others. @throws Error if there is no answer */
  async post(url: string, body: Buffer): Promise<Response> {
    const options = {
      method: 'POST',
      agent: this.#agent,
      headers: { 'content-type': 'application/x-protobuf', 'content-length': body.length, ...this.#authorization() },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = this.#isTls ? requestHttps(url, options, resolve) : requestHttp(url, options, resolve);
      request.on('error', reject).end(body);
    });
    return responseOf(answer);
  }

  #authorization(): { readonly authorization?: string } {
    const { tokenFile } = this.#settings;
    return tokenFile === '' ? {} : { authorization: `Bearer ${readHeldToken('FF_FORWARD_TOKEN_FILE', tokenFile).token}` };
  }
}

function responseOf(answer: IncomingMessage): Response {
  const { statusCode = 500, headers } = answer;
  const retryAfter = headers['retry-after'];
  return new Response(Readable.toWeb(answer) as ReadableStream<Uint8Array>, {
    status: statusCode,
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  });
}

function bad(message: string): ForensicsError {
  return new ForensicsError('FF_BAD_SETTING', message);
}
