import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf, type Schemas } from '../../api/api-client.ts';

export type WebhookHealth = Schemas['WebhookHealth'];
export type HealthMinute = WebhookHealth['series'][number];

const REFRESH_MS = 15_000;

/** The last 24 hours of a webhook by the minute; read again while it is looked at. */
export const healthQuery = (webhookId: string) =>
  queryOptions({
    queryKey: ['health', webhookId],
    queryFn: async ({ signal }) =>
      bodyOf(api.GET('/api/hooks/{id}/health', { params: { path: { id: webhookId } }, signal })),
    refetchInterval: REFRESH_MS,
  });
