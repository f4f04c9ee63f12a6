import type { FastifyRequest } from 'fastify';
import type { PresentedCredential } from './authenticator.port.ts';

/** What a request shows to say who it is from. */
export function presentedBy(request: FastifyRequest): PresentedCredential {
  const { authorization, 'development-user-id': developmentUserId, 'x-forwarded-for': forwardedFor } = request.headers;
  return {
    authorization,
    developmentUserId: typeof developmentUserId === 'string' ? developmentUserId : undefined,
    origin: { peer: request.ip, forwardedFor: typeof forwardedFor === 'string' ? forwardedFor : undefined },
  };
}
