import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { Catch, NotFoundException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ApiError } from './api-error.ts';

/** Writes Nest's own "Cannot GET …" in the form of all other errors. */
@Catch(NotFoundException)
export class UnknownRouteFilter implements ExceptionFilter {
  catch(_error: NotFoundException, host: ArgumentsHost): void {
    const { code, message, status } = new ApiError('route.not_found', 'there is nothing at this path');
    void host.switchToHttp().getResponse<FastifyReply>().status(status).send({ code, message });
  }
}
