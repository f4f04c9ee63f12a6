import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { from, lastValueFrom } from 'rxjs';
import { requirePrincipal } from '../../../access/access.ts';
import { AnswerOnce } from '../../application/answer-once.ts';
import type { KeptAnswer } from '../../domain/idempotent-call.ts';
import { fingerprintOf } from '../../domain/idempotent-call.ts';
import { idempotencyKeyOf, idempotencyMismatch } from '../answers/idempotency-error.ts';

/** What a handler says about its answer beside the body; all else is the same for every answer. */
const KEPT_HEADERS = ['etag', 'location', 'warning', 'preference-applied'] as const;

/** Answers a call with an `Idempotency-Key` once, and the same call within 24 hours as it was answered then. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly once: AnswerOnce) {}

  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const key = request.headers['idempotency-key'];
    if (key === undefined) return next.handle();
    return from(this.answer(idempotencyKeyOf(key), request, http.getResponse<FastifyReply>(), next));
  }

  private async answer(
    key: string,
    request: FastifyRequest,
    reply: FastifyReply,
    next: CallHandler<unknown>,
  ): Promise<unknown> {
    const { tenantId, actor } = requirePrincipal(request.principal);
    const fingerprint = fingerprintOf(request.method, request.url, request.body);
    const outcome = await this.once.answer({ tenantId, actor, key }, fingerprint, async (): Promise<KeptAnswer> => {
      const body = await lastValueFrom(next.handle(), { defaultValue: undefined });
      return {
        fingerprint,
        status: reply.statusCode,
        headers: keptHeaders(reply),
        ...(body !== undefined && { body }),
      };
    });
    if (outcome.kind === 'mismatch') throw idempotencyMismatch();
    const { status, headers, body } = outcome.answer;
    reply.status(status).headers({ ...headers });
    return body;
  }
}

function keptHeaders(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = reply.getHeader(name);
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
}
