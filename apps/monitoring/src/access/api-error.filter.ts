import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { Catch, HttpException, Inject } from '@nestjs/common';
import type { Logger } from '@signalbox/observability';
import { postgresFaultOf } from '@signalbox/postgres';
import type { FastifyReply } from 'fastify';
import { LOGGER } from '../shared.ts';
import { ApiError } from './api-error.ts';

const RETRY_AFTER_S = 5;

/** Writes every error of the API in its one form. What nobody foresaw is logged and tells the caller nothing. */
@Catch()
export class ApiErrorFilter implements ExceptionFilter {
  readonly #logger: Logger;

  constructor(@Inject(LOGGER) logger: Logger) {
    this.#logger = logger;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const answer = this.#answerTo(error);
    if (answer.status === 503) void reply.header('retry-after', String(RETRY_AFTER_S));
    void reply
      .status(answer.status)
      .header('cache-control', 'no-store')
      .send({
        code: answer.code,
        message: answer.message,
        ...(answer.data && { data: answer.data }),
        ...(answer.details && { details: answer.details }),
      });
  }

  #answerTo(error: unknown): ApiError {
    if (error instanceof ApiError) return error;
    const fault = postgresFaultOf(error)?.kind;
    if (fault === 'unavailable' || fault === 'timeout') {
      this.#logger.error({ err: error }, 'request.database_unavailable');
      return new ApiError('service.unavailable', 'the request log cannot be read at the moment; try again soon');
    }
    if (error instanceof HttpException && error.getStatus() < 500)
      return new ApiError('guard.invalid_input', error.message);
    this.#logger.error({ err: error }, 'request.failed');
    return new ApiError('server.internal_error', 'the request failed; the cause is in the log of this service');
  }
}
