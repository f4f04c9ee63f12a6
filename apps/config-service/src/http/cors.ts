import fastifyCors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

const METHODS = ['GET', 'POST', 'PATCH', 'DELETE'];
const SENT = [
  'authorization',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'last-event-id',
  'prefer',
  'traceparent',
];
const READ = [
  'etag',
  'link',
  'retry-after',
  'signalbox-stale-data',
  'total-number',
  'total-number-is-capped',
  'warning',
];
const PREFLIGHT_SECONDS = 600;

/**
 * Lets pages of these origins call the API, with a credential they hold themselves: no cookie is ever taken. Without any
 * origin nothing is said of CORS, and browsers refuse. Before everything that asks for a credential: a preflight has none.
 */
export async function allowOrigins(fastify: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await fastify.register(fastifyCors, {
    origin: [...origins],
    methods: METHODS,
    allowedHeaders: SENT,
    exposedHeaders: READ,
    maxAge: PREFLIGHT_SECONDS,
  });
}
