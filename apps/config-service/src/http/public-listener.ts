import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { parseJsonBody } from './json-body.ts';
import { knowPublicOrigin } from './public-origin.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { UNROUTABLE_REQUESTS, answerUnknownExpectations } from './unroutable-requests.ts';

/** contract.md section 5: the body of a call. */
export const MAX_BODY_BYTES = 256 * 1024;

const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 65_000;
// Node takes no longer head, so that no id is too long for the router.
const MAX_HEAD_BYTES = 16 * 1024;
const JSON_TYPE = /^application\/([\w.+-]+\+)?json(\s*;|$)/i;

export interface PublicListenerOptions {
  /** Origin that callers use, where a proxy stands before the listener. */
  readonly publicUrl?: string | undefined;
  /** Where people who open the console sign in: its page may talk to that origin besides ours. */
  readonly signInUrl?: string | undefined;
}

/** The adapter of the public listener. Create the Nest application with `bodyParser: false`: the parser is made here. */
export function publicListener(options: PublicListenerOptions = {}): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Longer than the idle time of the usual load balancers, which otherwise meet a connection that closes.
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    // An id that cannot exist is a 404 of its entity, however long it is.
    routerOptions: { maxParamLength: MAX_HEAD_BYTES },
    http: { maxHeaderSize: MAX_HEAD_BYTES },
    return503OnClosing: false,
    ...UNROUTABLE_REQUESTS,
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  answerUnknownExpectations(fastify);
  addSecurityHeaders(fastify, options);
  knowPublicOrigin(fastify, options.publicUrl);
  parseJsonOnly(fastify);
  return adapter;
}

/** JSON and nothing else; an empty body is no body, as clients send the type with every PATCH. */
function parseJsonOnly(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(JSON_TYPE, { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
    body.length === 0 ? undefined : parseJsonBody(body),
  );
}
