import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isForApi } from '../../../http/api-path.ts';
import type { Authenticator } from '../../authenticator.port.ts';
import type { Principal } from '../../domain/principal.ts';
import { admit } from '../../admit.ts';
import { presentedBy } from '../../presented-by.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every request below `/api`. */
    principal?: Principal;
  }
}

/**
 * Asks every request below `/api` for its credential, before its body is read: nobody unknown makes us parse anything,
 * and no route can be forgotten.
 */
export function authenticateRequests(fastify: FastifyInstance, authenticator: Authenticator): void {
  fastify.addHook('onRequest', async (request: FastifyRequest) => {
    if (!isForApi(request)) return;
    request.principal = await admit(authenticator, presentedBy(request));
  });
}
