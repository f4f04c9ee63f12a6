import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { Catch, HttpException } from '@nestjs/common';
import type { Logger } from '@signalbox/observability';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../errors/error-code.ts';
import { answerTo } from '../errors/error-body.ts';
import { logFieldsOf } from '../errors/error-log.ts';
import { SignalboxError, invalidInput } from '../errors/signalbox-error.ts';

/** Turns whatever was thrown into the one shape of errors. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const answer = answerTo(ownError(error, request));
    if (answer.isFault) {
      const fields = { request_id: request.id, code: answer.body.code, ...logFieldsOf(error) };
      this.#logger.error(fields, 'request.failed');
    }
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    reply.status(answer.httpStatus).header('content-type', 'application/json; charset=utf-8');
    if (answer.retryAfterSeconds !== undefined) reply.header('retry-after', String(answer.retryAfterSeconds));
    if (answer.httpStatus === 401) reply.header('www-authenticate', 'Bearer');
    void reply.send(answer.body);
  }
}

/** What Fastify and Nest throw, in our words; by their codes and statuses. */
function ownError(error: unknown, request: FastifyRequest): unknown {
  if (error instanceof SignalboxError) return error;
  const { code, statusCode } = error as { readonly code?: unknown; readonly statusCode?: unknown };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return refused('guard.payload_too_large', 'The body is too large; at most 262144 bytes are taken', error);
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return refused('guard.unsupported_media_type', 'The body must be JSON, sent as application/json', error);
  }
  const status = error instanceof HttpException ? error.getStatus() : statusCode;
  if (status === 404) return refused('route.not_found', `There is no ${request.method} at this path`, error);
  if (status === 413) return refused('guard.payload_too_large', 'What was sent is too large', error);
  if (status === 415) return refused('guard.unsupported_media_type', 'The body must be JSON', error);
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return invalidInput([{ field: 'request', why: 'cannot be read', expected: 'a well-formed HTTP request' }]);
  }
  return error;
}

function refused(code: ErrorCode, message: string, cause: unknown): SignalboxError {
  return new SignalboxError(code, message, { cause });
}
