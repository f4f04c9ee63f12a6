import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, bodyOf, versionedOf, type Schemas } from '../api/api-client.ts';

export type Webhook = Schemas['Webhook'];
/** As one of many: without its secrets where those cannot be opened. */
export type ListedWebhook = Schemas['ListedWebhook'];
export type WebhookConfig = Schemas['WebhookConfigDto'];
export type EventType = Schemas['EventType'];
export type HealthSummary = Schemas['HealthPage']['data'][number];

const REFRESH_MS = 30_000;

/** One webhook, as others or its receiver may have changed it, and the version that a change of it is made from. */
export const webhookQuery = (id: string) =>
  queryOptions({
    queryKey: ['webhook', id],
    queryFn: async ({ signal }) => versionedOf(api.GET('/api/hooks/{id}', { params: { path: { id } }, signal })),
    refetchInterval: REFRESH_MS,
  });

/** What a webhook can be sent. */
export const eventTypesQuery = queryOptions({
  queryKey: ['event-types'],
  queryFn: async ({ signal }) => bodyOf(api.GET('/api/event-types', { signal })),
  staleTime: REFRESH_MS * 10,
});

/** Rate, requests and breaker of the last 24 hours, by webhook id. `ids`: 100 at most. */
export const healthSummariesQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ['health-summaries', ids],
    queryFn: async ({ signal }) => {
      const answer = await bodyOf(api.GET('/api/health', { params: { query: { hookIds: ids.join(',') } }, signal }));
      // Without ids the API adds everything up; with them it tells of each.
      const rows = 'data' in answer ? answer.data : [];
      return new Map(rows.map((summary) => [summary.hookId, summary]));
    },
    enabled: ids.length > 0,
    // Those of them that are known stay while a page, sorted or filtered otherwise, is on its way.
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

/** The keys that a webhook signs with, newest first. */
export const signingKeysQuery = (id: string) =>
  queryOptions({
    queryKey: ['signing-keys', id],
    queryFn: async ({ signal }) =>
      bodyOf(api.GET('/api/hooks/{id}/signing-keys', { params: { path: { id } }, signal })),
  });

/** What a legacy webhook is sent stands in `event`. */
export function eventsOf({ event, events }: Pick<Webhook, 'event' | 'events'>): readonly string[] {
  return events.length === 0 && event !== null ? [event] : events;
}
