import { stat } from 'node:fs/promises';
import { join, normalize, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SignalboxError } from '../errors/signalbox-error.ts';

/**
 * Serves the console's files at `/`, without credential. A path that is no file and asks for a page gets `index.html`:
 * the page has routes of its own. `folder` is an absolute or relative path; it may be filled later. `<file>.br`
 * beside a file goes to who takes brotli.
 */
export async function serveConsole(fastify: FastifyInstance, folder: string): Promise<void> {
  const root = resolve(folder);
  await fastify.register(fastifyStatic, { root, serve: false, cacheControl: false, preCompressed: true });
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const file = await fileOf(root, request.url);
    if (file !== undefined) {
      // Names of built assets hold a hash of what is in them.
      const isHashed = /^assets\/.*-[\w-]{8,}\.\w+$/.test(file);
      return reply
        .header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
        .sendFile(file);
    }
    throw new SignalboxError('route.not_found', `There is no ${request.method} at this path`);
  };
  fastify.get('/*', answer);
}

async function fileOf(root: string, url: string): Promise<string | undefined> {
  const path = pathOf(url);
  if (path === undefined || /^\/api(\/|$)/i.test(path)) return undefined;
  const wanted = normalize(path).replace(/^\/+/, '');
  if (await isFile(join(root, wanted))) return wanted;
  const isPage = !/\.[a-z\d]+$/i.test(wanted);
  return isPage && (await isFile(join(root, 'index.html'))) ? 'index.html' : undefined;
}

function pathOf(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.split(/[?#]/, 1)[0] ?? '');
    // Neither a way out of the folder nor a hidden file.
    return path.includes('\0') || path.includes('\\') || /\/\./.test(path) ? undefined : path;
  } catch {
    return undefined;
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
