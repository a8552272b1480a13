import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { statusAnswer } from '../otlp/export-answer.ts';
import { intakePathOf, LOGS_PATH } from './intake-paths.ts';
import { Problem, PROBLEM_TYPE } from './problem.ts';
import { problemOfError } from './problem-of-error.ts';

/** Answers with the problem that an error is to the publisher, in the format of the path it asked for, and returns it. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): Problem {
  const problem = problemOfError(error, request);
  const { type, bytes } = bodyOf(problem, request);
  void reply.code(problem.status).headers(problem.headers).type(type).send(bytes);
  return problem;
}

function bodyOf(problem: Problem, { url, headers }: FastifyRequest): { readonly type: string; readonly bytes: Buffer } {
  if (intakePathOf(url) === LOGS_PATH) return statusAnswer(problem, headers['content-type'] ?? '');
  return { type: PROBLEM_TYPE, bytes: Buffer.from(JSON.stringify(problem.body())) };
}

/** Answers what is not even a request: Node's parser gave up on it, or it came too slowly. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  // Nothing that a client could read can be said before both speak TLS.
  if (!socket.writable || error.code === 'ECONNRESET' || /^ERR_(SSL|TLS)_/.test(error.code ?? '')) {
    socket.destroy();
    return;
  }
  const problem = problemOfParserError(error.code);
  const body = JSON.stringify(problem.body());
  const head = `HTTP/1.1 ${problem.status} Error\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close`;
  socket.end(`${head}\r\n\r\n${body}`);
}

function problemOfParserError(code: string | undefined): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem(408, 'the request did not arrive in time', { code: 'request_timeout' });
    case 'HPE_HEADER_OVERFLOW':
      return new Problem(431, 'the headers are too long', { code: 'headers_too_long' });
    default:
      return new Problem(400, 'this is not an HTTP request', { code: 'bad_request' });
  }
}
