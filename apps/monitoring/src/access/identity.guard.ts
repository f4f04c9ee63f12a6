import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Inject, Injectable, SetMetadata, createParamDecorator } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Identity, IdentityKey } from '@signalbox/identity';
import { IDENTITY_HEADER, isRefused, verifyIdentity } from '@signalbox/identity';
import type { Logger } from '@signalbox/observability';
import type { FastifyRequest } from 'fastify';
import { LOGGER } from '../shared.ts';
import { ApiError } from './api-error.ts';

export const IDENTITY_KEY = Symbol('IdentityKey');

const SCOPES = 'signalbox:scopes';

/** Any of these scopes opens the route. Without it no scope does. */
export const OpenTo = (...scopes: readonly string[]) => SetMetadata(SCOPES, scopes);

type IdentifiedRequest = FastifyRequest & { identity?: Identity };

/** Who calls, as the public door vouched for. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Identity => {
  const { identity } = context.switchToHttp().getRequest<IdentifiedRequest>();
  if (identity === undefined) throw new Error('a route asks for its caller and has no IdentityGuard');
  return identity;
});

/** Lets in who carries an identity of the public door, made for this service, with a scope that the route is open to. */
@Injectable()
export class IdentityGuard implements CanActivate {
  readonly #key: IdentityKey;
  readonly #logger: Logger;
  readonly #reflector: Reflector;

  constructor(@Inject(IDENTITY_KEY) key: IdentityKey, @Inject(LOGGER) logger: Logger, reflector: Reflector) {
    this.#key = key;
    this.#logger = logger;
    this.#reflector = reflector;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<IdentifiedRequest>();
    const token = request.headers[IDENTITY_HEADER];
    const identity = await verifyIdentity(this.#key, typeof token === 'string' ? token : undefined, 'monitoring');
    if (isRefused(identity)) {
      this.#logger.warn({ refused: identity.refused, reason: identity.reason }, 'identity.refused');
      throw new ApiError('auth.unauthorized', 'a valid internal identity is required');
    }
    const scopes = this.#reflector.get<readonly string[] | undefined>(SCOPES, context.getHandler()) ?? [];
    if (!scopes.some((scope) => identity.scopes.includes(scope))) {
      throw new ApiError('auth.forbidden', `one of these scopes is required: ${scopes.join(', ')}`);
    }
    request.identity = identity;
    return true;
  }
}
