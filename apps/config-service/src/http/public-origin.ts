import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Scheme and host that callers use, without a slash at the end: what links of answers begin with. */
    readonly publicOrigin: string;
  }
}

/**
 * Gives every request its public origin. A proxy that ends TLS leaves us with `http`, and what it says of the scheme
 * anybody could have said; so the operator does. Without `publicUrl` it is how the caller reached us.
 */
export function knowPublicOrigin(fastify: FastifyInstance, publicUrl: string | undefined): void {
  fastify.decorateRequest('publicOrigin', {
    getter(this: FastifyRequest): string {
      return publicUrl ?? `${this.protocol}://${hostOf(this)}`;
    },
  });
}

/** As the caller wrote it; what could not be part of a URL is left out of it. */
function hostOf(request: FastifyRequest): string {
  return /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(request.host) ? request.host : 'localhost';
}
