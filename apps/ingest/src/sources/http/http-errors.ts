import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem, PROBLEM_TYPE } from './problem.ts';
import { problemOfError } from './problem-of-error.ts';

/** Answers with the problem that an error is to the publisher, and returns it. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): Problem {
  const problem = problemOfError(error, request);
  void reply.code(problem.status).headers(problem.headers).type(PROBLEM_TYPE).send(JSON.stringify(problem.body()));
  return problem;
}

/** Answers what is not even a request: Node's parser gave up on it, or it came too slowly. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
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
