import type { FastifyInstance } from 'fastify';
import { isForApi } from './api-path.ts';

const COMMON_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
} as const;

/** Of every answer of the API, and of every error: nothing in it is to be shown as a page, and nothing kept. */
export const API_HEADERS = {
  ...COMMON_HEADERS,
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
} as const;

/** The two fixed style sheets that React Aria writes at run time; a browser test sees when they are others. */
const COMPONENT_STYLES = [
  "'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='",
  "'sha256-gYiS/BvZvRcK27JIXTuwhZ3hs2+VJ1X+2gUlE+farlg='",
] as const;

const YEAR_SECONDS = 31_536_000;

export interface SecurityHeaderOptions {
  /** Origin that callers use; of https, browsers are told never to use http. */
  readonly publicUrl?: string | undefined;
  /** The page may talk to its origin besides ours. */
  readonly signInUrl?: string | undefined;
}

/** A route may put its own in the place of these. */
export function addSecurityHeaders(fastify: FastifyInstance, options: SecurityHeaderOptions): void {
  const transport = options.publicUrl?.startsWith('https:') === true && {
    'strict-transport-security': `max-age=${YEAR_SECONDS}`,
  };
  const ofApi = { ...API_HEADERS, ...transport };
  const ofPage = { ...COMMON_HEADERS, ...transport, 'content-security-policy': pagePolicy(options.signInUrl) };
  fastify.addHook('onRequest', async (request, reply) => {
    reply.headers(isForApi(request) ? ofApi : ofPage);
  });
}

function pagePolicy(signInUrl: string | undefined): string {
  const signIn = signInUrl === undefined ? '' : ` ${new URL(signInUrl).origin}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' ${COMPONENT_STYLES.join(' ')}`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${signIn}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'none'",
    // Nothing may become HTML or code from a text, whatever an event or an endpoint's answer holds.
    "require-trusted-types-for 'script'",
    // The one policy there may be is the page's own, which lets the empty text through and nothing else.
    'trusted-types default',
  ].join('; ');
}
