import type { Logger } from '@signalbox/observability';
import type { FastifyInstance } from 'fastify';

/**
 * One line for each answer: reads at debug, everything that changes something or went wrong at info. Never a body, a
 * header or a query, which hold secrets.
 */
export function logRequests(fastify: FastifyInstance, logger: Logger): void {
  fastify.addHook('onResponse', async (request, reply) => {
    const isQuiet = reply.statusCode < 400 && (request.method === 'GET' || request.method === 'HEAD');
    logger[isQuiet ? 'debug' : 'info'](
      {
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        duration_ms: Math.round(reply.elapsedTime * 10) / 10,
        request_id: request.id,
        ...(request.principal !== undefined && {
          tenant_id: request.principal.tenantId,
          actor: request.principal.actor,
        }),
      },
      'http.answered',
    );
  });
}
