import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorBody } from '../errors/error-body.ts';
import { answerTo } from '../errors/error-body.ts';
import { SignalboxError, invalidInput } from '../errors/signalbox-error.ts';
import { API_HEADERS } from './security-headers.ts';

/** What Fastify and Node refuse before any route, hook or filter sees it, in the one shape of errors. */
export const UNROUTABLE_REQUESTS = {
  /** A path that cannot be decoded; nothing can be at it. */
  frameworkErrors(error: Error, request: FastifyRequest, reply: FastifyReply): void {
    const { httpStatus, body } = answerTo(
      new SignalboxError('route.not_found', `There is no ${request.method} at this path; it is not percent-encoded`, {
        cause: error,
      }),
    );
    void reply
      .status(httpStatus)
      .headers({ ...API_HEADERS, 'content-type': JSON_UTF8 })
      .send(body);
  },

  /** Bytes that are no HTTP request, or one that is too large or too slow. */
  clientErrorHandler(error: Error & { readonly code?: string }, socket: Socket): void {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const { status, body } = answerToBrokenRequest(error.code);
    const text = JSON.stringify(body);
    const head = Object.entries({
      ...API_HEADERS,
      'content-type': JSON_UTF8,
      'content-length': String(Buffer.byteLength(text)),
      connection: 'close',
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head.join('')}\r\n${text}`);
  },
};

const JSON_UTF8 = 'application/json; charset=utf-8';

function answerToBrokenRequest(code: string | undefined): { readonly status: number; readonly body: ErrorBody } {
  const answer = (status: number, field: string, why: string, expected: string) => ({
    status,
    body: answerTo(invalidInput([{ field, why, expected }])).body,
  });
  if (code === 'HPE_HEADER_OVERFLOW') {
    return answer(431, 'headers', 'are too large', 'at most 16384 bytes, the path included');
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return answer(408, 'request', 'took too long to arrive', 'at most 30 s');
  return answer(400, 'request', 'cannot be read', 'a well-formed HTTP/1.1 request');
}

/** An `Expect` that is not `100-continue` (RFC 9110, section 10.1.1). */
export function answerUnknownExpectations(fastify: FastifyInstance): void {
  fastify.server.on('checkExpectation', (_: IncomingMessage, response: ServerResponse) => {
    const { body } = answerTo(
      invalidInput([{ field: 'Expect', why: 'cannot be met', expected: '100-continue, or no Expect' }]),
    );
    response.writeHead(417, { ...API_HEADERS, 'content-type': JSON_UTF8, connection: 'close' });
    response.end(JSON.stringify(body));
  });
}
