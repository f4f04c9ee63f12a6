import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { invalidInput } from '../errors/signalbox-error.ts';

/** contract.md section 5: the body of a call. */
export const MAX_BODY_BYTES = 256 * 1024;

const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 65_000;
const JSON_TYPE = /^application\/([\w.+-]+\+)?json(\s*;|$)/i;

/** The adapter of the public listener. Create the Nest application with `bodyParser: false`: the parser is made here. */
export function publicListener(): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Longer than the idle time of the usual load balancers, which otherwise meet a connection that closes.
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    // An id that cannot exist is a 404 of its entity, however long it is.
    routerOptions: { maxParamLength: 8_192 },
    return503OnClosing: false,
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  parseJsonOnly(fastify);
  fastify.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders(request.url));
  });
  return adapter;
}

/** JSON and nothing else; an empty body is no body, as clients send the type with every PATCH. */
function parseJsonOnly(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser(JSON_TYPE, { parseAs: 'string' }, (request, body, done) => {
    if (body === '') return done(null, undefined);
    return parseJson(request, body.toString(), (error, parsed) => {
      if (error === null) done(null, parsed);
      else done(invalidInput([{ field: 'body', why: 'is not valid JSON', expected: 'a JSON object' }]));
    });
  });
}

const COMMON_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
} as const;

// The component library of the page writes its style sheets at run time.
const PAGE_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self' https:",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
].join('; ');

function securityHeaders(url: string): Record<string, string> {
  const isApi = url.startsWith('/api');
  return {
    ...COMMON_HEADERS,
    'content-security-policy': isApi ? "default-src 'none'; frame-ancestors 'none'" : PAGE_POLICY,
    ...(isApi && { 'cache-control': 'no-store' }),
  };
}
