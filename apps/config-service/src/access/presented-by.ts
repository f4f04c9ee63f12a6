import type { FastifyRequest } from 'fastify';
import type { PresentedCredential } from './authenticator.port.ts';
import { callerAddressOf } from './caller-address.ts';

/** What a request shows to say who it is from. */
export function presentedBy(request: FastifyRequest): PresentedCredential {
  const { authorization, 'development-user-id': developmentUserId } = request.headers;
  return {
    authorization,
    developmentUserId: typeof developmentUserId === 'string' ? developmentUserId : undefined,
    address: callerAddressOf(request.ip),
  };
}
