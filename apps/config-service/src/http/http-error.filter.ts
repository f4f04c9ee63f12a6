import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { Catch, HttpException } from '@nestjs/common';
import type { Logger } from '@signalbox/observability';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../errors/error-code.ts';
import { answerTo } from '../errors/error-body.ts';
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
      const fields = { request_id: request.id, code: answer.body.code, err: error };
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

const TOO_LARGE = 'body: is too large; expected at most 262144 bytes';
const JSON_ONLY = 'body: is not sent as JSON; expected the content type application/json';

/** What Fastify and Nest throw, in our words; by their statuses. */
function ownError(error: unknown, request: FastifyRequest): unknown {
  if (error instanceof SignalboxError) return error;
  const { statusCode } = error as { readonly statusCode?: unknown };
  const status = error instanceof HttpException ? error.getStatus() : statusCode;
  if (status === 404) return refused('route.not_found', `There is no ${request.method} at this path`, error);
  if (status === 413) return refused('guard.payload_too_large', TOO_LARGE, error);
  if (status === 415) return refused('guard.unsupported_media_type', JSON_ONLY, error);
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return invalidInput([{ field: 'request', why: 'cannot be read', expected: 'a well-formed HTTP request' }]);
  }
  return error;
}

function refused(code: ErrorCode, message: string, cause: unknown): SignalboxError {
  return new SignalboxError(code, message, { cause });
}
