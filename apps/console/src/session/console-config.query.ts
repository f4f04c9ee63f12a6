import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../api/api-client.ts';

/** What the page must know before anybody has signed in. */
export const consoleConfigQuery = queryOptions({
  queryKey: ['console-config'],
  queryFn: async ({ signal }) => bodyOf(api.GET('/console-config.json', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});
