/** An answer holds at most the server's bound of listed rejections; this is far above. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const MAX_PROBLEM_CHARS = 500;

export interface RejectedLine {
  /** In the body, from 1. */
  readonly line: number;
  readonly code: string;
  readonly error: string;
}

export interface Answer {
  readonly status: number;
  /** How the lines fared: of 202, of a 400 because no line was valid, and of a 403 because all are of foreign nodes. */
  readonly lines?: { readonly accepted: number; readonly rejected: readonly RejectedLine[]; readonly rejectedCount: number };
  /** Title and detail of problem details (RFC 9457), or nothing. */
  readonly problem: string;
  /** Of Retry-After (RFC 9110). */
  readonly retryAfterMs?: number;
}

/** Reads an answer of `POST /v1/events`; what does not have its shape is an answer without `lines`. */
export async function readAnswer(response: Response): Promise<Answer> {
  const body = parsed(await boundedText(response));
  const retryAfterMs = retryAfter(response.headers.get('retry-after'));
  const judged = [202, 400, 403].includes(response.status) ? linesOf(body) : undefined;
  return {
    status: response.status,
    problem: [body['title'], body['detail']]
      .filter((part) => typeof part === 'string')
      .join(': ')
      .slice(0, MAX_PROBLEM_CHARS),
    ...(judged && { lines: judged }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function linesOf({ accepted = 0, rejected, rejectedCount }: Fields): Answer['lines'] {
  if (typeof accepted !== 'number' || !Array.isArray(rejected)) return undefined;
  const listed = rejected.map((entry: unknown) => rejectedLine(entry)).filter((entry) => entry !== undefined);
  if (listed.length !== rejected.length) return undefined;
  return { accepted, rejected: listed, rejectedCount: typeof rejectedCount === 'number' ? rejectedCount : listed.length };
}

function rejectedLine(entry: unknown): RejectedLine | undefined {
  if (!isFields(entry)) return undefined;
  const { line, code, error } = entry;
  return typeof line === 'number' && typeof code === 'string' && typeof error === 'string' ? { line, code, error } : undefined;
}

function parsed(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : {};
  } catch {
    // Whatever answers there is not ingest: the caller reports its status.
    return {};
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`its answer has more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Seconds, or a date. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** Why there is no answer: fetch hides the reason, e.g. ECONNREFUSED, in its error's cause. */
export function fetchFailure(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return cause.message === '' ? ((cause as NodeJS.ErrnoException).code ?? cause.name) : cause.message;
}
