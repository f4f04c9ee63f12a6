import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, bodyOf, type Schemas } from '../../api/api-client.ts';
import type { LettersSearch, WebhookSort } from './ops-search.ts';

export type TroubledWebhook = Schemas['OpsWebhooks']['webhooks'][number];
export type RoleLag = Schemas['OpsLag']['roles'][number];
export type PartitionLag = Schemas['OpsLag']['partitions'][number];
export type DeadLetter = Schemas['DeadLetter'];
export type DeadLetterWithRecord = Schemas['DeadLetterWithRecord'];

const MAX_WEBHOOKS = 100;
const WEBHOOKS_REFRESH_MS = 15_000;
const LAG_REFRESH_MS = 5_000;
const LETTERS_PAGE_SIZE = 50;

export const troubledWebhooksQuery = (sort: WebhookSort) =>
  queryOptions({
    queryKey: ['ops-webhooks', sort],
    queryFn: async ({ signal }) =>
      bodyOf(api.GET('/api/ops/webhooks', { params: { query: { sort, limit: MAX_WEBHOOKS } }, signal })),
    refetchInterval: WEBHOOKS_REFRESH_MS,
    placeholderData: keepPreviousData,
  });

export const lagQuery = queryOptions({
  queryKey: ['ops-lag'],
  queryFn: async ({ signal }) => bodyOf(api.GET('/api/ops/lag', { signal })),
  refetchInterval: LAG_REFRESH_MS,
});

export type LetterFilter = Pick<LettersSearch, 'status' | 'reason'>;

/** Every list of dead letters begins with it. */
export const LETTERS_KEY = ['dead-letters'] as const;

export const deadLettersQuery = ({ status, reason }: LetterFilter) =>
  infiniteQueryOptions({
    queryKey: [...LETTERS_KEY, { status, reason }],
    queryFn: async ({ pageParam, signal }) =>
      bodyOf(
        api.GET('/api/ops/dead-letters', {
          params: {
            query: {
              limit: LETTERS_PAGE_SIZE,
              ...(status !== undefined && { status }),
              ...(reason !== undefined && { reason }),
              ...(pageParam !== undefined && { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });

export const deadLetterQuery = (letterId: string) =>
  queryOptions({
    queryKey: ['dead-letter', letterId],
    queryFn: async ({ signal }) =>
      bodyOf(api.GET('/api/ops/dead-letters/{letterId}', { params: { path: { letterId } }, signal })),
  });
