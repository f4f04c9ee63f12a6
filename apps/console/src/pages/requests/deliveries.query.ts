import { infiniteQueryOptions, queryOptions, type InfiniteData } from '@tanstack/react-query';
import { api, bodyOf, type Schemas } from '../../api/api-client.ts';
import { windowOf, type Delivery, type RequestsFilter } from './requests-search.ts';

export type DeliveryDetails = Schemas['DeliveryDetails'];
export type TimelineEntry = DeliveryDetails['timeline'][number];
type DeliveryPage = Schemas['DeliveryPage'];
export type DeliveryPages = InfiniteData<DeliveryPage>;

const PAGE_SIZE = 100;
const OPEN_REFRESH_MS = 3_000;

/**
 * The requests of a webhook, newest first, page by page. They are not read anew by themselves, which would move what one
 * reads: the live feed tells of new ones, and rows that change are replaced one by one.
 */
export const deliveriesQuery = (webhookId: string, filter: RequestsFilter) =>
  infiniteQueryOptions({
    queryKey: ['deliveries', webhookId, filter],
    queryFn: async ({ pageParam, signal }) =>
      bodyOf(
        api.GET('/api/hooks/{id}/deliveries', {
          params: { path: { id: webhookId }, query: queryOf(filter, pageParam) },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });

/** The newest of them as the server tells them now, beside the list. */
export async function newestRows(
  webhookId: string,
  filter: RequestsFilter,
  signal: AbortSignal,
): Promise<readonly Delivery[]> {
  const params = { path: { id: webhookId }, query: queryOf(filter, undefined) };
  return (await bodyOf(api.GET('/api/hooks/{id}/deliveries', { params, signal }))).data;
}

/** Undefined where it is not in the log, or not any more. */
export async function currentRow(webhookId: string, id: string, signal: AbortSignal): Promise<Delivery | undefined> {
  const params = { path: { id: webhookId }, query: { id, limit: '1' } };
  const { data } = await bodyOf(api.GET('/api/hooks/{id}/deliveries', { params, signal }));
  return data.find((row) => row.id === id);
}

/** One request with every attempt and wait; read again while something is still to come. */
export const deliveryQuery = (webhookId: string, deliveryId: string) =>
  queryOptions({
    queryKey: ['delivery', webhookId, deliveryId],
    queryFn: async ({ signal }) =>
      bodyOf(
        api.GET('/api/hooks/{id}/deliveries/{deliveryId}', { params: { path: { id: webhookId, deliveryId } }, signal }),
      ),
    refetchInterval: ({ state: { data } }) => (data !== undefined && isUnderWay(data) ? OPEN_REFRESH_MS : false),
  });

export function isUnderWay({ state, openRound }: Pick<Delivery, 'state' | 'openRound'>): boolean {
  return openRound !== undefined || state === 'queued' || state === 'retrying' || state === 'waiting';
}

/** The same pages with one row as the server tells it now. */
export function withRow(pages: DeliveryPages, row: Delivery): DeliveryPages {
  return {
    ...pages,
    pages: pages.pages.map((page) =>
      page.data.some(({ id }) => id === row.id)
        ? { ...page, data: page.data.map((old) => (old.id === row.id ? row : old)) }
        : page,
    ),
  };
}

export function firstPageOnly({ pages, pageParams }: DeliveryPages): DeliveryPages {
  return { pages: pages.slice(0, 1), pageParams: pageParams.slice(0, 1) };
}

function queryOf(filter: RequestsFilter, cursor: string | undefined): Record<string, string> {
  const { state, event, answer, id } = filter;
  const { fromMs, toMs } = windowOf(filter, Date.now());
  return {
    limit: String(PAGE_SIZE),
    ...(state !== undefined && { state }),
    ...(event !== undefined && { event }),
    ...(answer !== undefined && { statusClass: answer }),
    ...(id !== undefined && { id }),
    ...(fromMs !== undefined && { from: String(fromMs) }),
    ...(toMs !== undefined && { to: String(toMs) }),
    ...(cursor !== undefined && { cursor }),
  };
}
