import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, pageOf } from '../../api/api-client.ts';
import type { ListSearch } from './list-search.ts';

export const PAGE_SIZE = 20;
const REFRESH_MS = 30_000;

/** One page of the list, as its address says. The page before stays until this one is there. */
export const webhookListQuery = ({ page = '1', create: _create, ...filters }: ListSearch) =>
  queryOptions({
    queryKey: ['webhooks', { page, ...filters }],
    queryFn: async ({ signal }) => {
      const set = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
      const query = { page: Number(page), page_size: PAGE_SIZE, includeExecutionStats: 'true', ...set };
      return pageOf(api.GET('/api/hooks', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
