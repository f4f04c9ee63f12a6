import type { FastifyRequest } from 'fastify';
import type { PageWindow } from '../answers/page-window.ts';

/** `Total-Number` and `Link` (RFC 8288) of a page. */
export function paginationHeaders(request: FastifyRequest, window: PageWindow, total: number): Record<string, string> {
  const lastPage = Math.max(1, Math.ceil(total / window.pageSize));
  const url = new URL(request.url, request.publicOrigin);
  const link = (page: number, rel: string): string => {
    url.searchParams.set('page', String(page));
    url.searchParams.set('page_size', String(window.pageSize));
    return `<${url.href}>; rel="${rel}"`;
  };
  const links = [
    link(1, 'first'),
    ...(window.page > 1 ? [link(Math.min(window.page - 1, lastPage), 'prev')] : []),
    ...(window.page < lastPage ? [link(window.page + 1, 'next')] : []),
    link(lastPage, 'last'),
  ];
  return { 'total-number': String(total), link: links.join(', ') };
}
