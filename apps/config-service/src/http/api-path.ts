import type { FastifyRequest } from 'fastify';

/** Whether a request is for the API: by the route that was found, and by its path, which may be percent-encoded. */
export function isForApi(request: FastifyRequest): boolean {
  return isBelowApi(request.routeOptions.url ?? '') || isBelowApi(decoded(request.url));
}

function isBelowApi(path: string): boolean {
  return /^\/api(\/|\?|$)/i.test(path);
}

function decoded(url: string): string {
  const [path = ''] = url.split('?', 1);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
