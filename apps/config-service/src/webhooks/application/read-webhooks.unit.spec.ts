import { describe, expect, it } from '@jest/globals';
import type { Webhook } from '../domain/webhook.ts';
import type { CountedDeliveries } from './execution-stats.port.ts';
import type { ListQuery } from './read-webhooks.ts';
import { ReadWebhooks } from './read-webhooks.ts';
import type { WebhookJournal } from './webhook-journal.port.ts';

const reader = { tenantId: 't1', actor: 'test', scopes: [] };
const counted: Readonly<Record<string, CountedDeliveries>> = {
  busy: { successCount: 800, failureCount: 100, requestCount: 1_000 },
  calm: { successCount: 10, failureCount: 0, requestCount: 12 },
  idle: { successCount: 0, failureCount: 0, requestCount: 0 },
};
const webhook = (id: string): Webhook => ({ id }) as Webhook;

function reading(ids: readonly string[], areStatsThere = true): ReadWebhooks {
  return new ReadWebhooks(
    {} as WebhookJournal,
    {
      list: async () => ({ webhooks: ids.map(webhook), total: ids.length }),
      ids: async (_tenantId, _filter, _order, limit) => ids.slice(0, limit),
      epoch: async () => 1,
      byIds: async (_tenantId, wanted) => wanted.map(webhook),
    },
    { statsOf: async () => (areStatsThere ? new Map(Object.entries(counted)) : undefined) },
  );
}

async function listOf(query: Omit<ListQuery, 'filter'>, window?: { offset: number; limit: number }) {
  return reading(['idle', 'busy', 'calm']).list(reader, {
    query: { filter: {}, ...query },
    includeExecutionStats: true,
    ...(window !== undefined && { window }),
  });
}
/** The shape of an answer is the contract's: what a list is filtered by besides is not told. */
const told = (...ids: string[]) =>
  ids.map((id) => {
    const { failureCount: _, ...stats } = counted[id] ?? {};
    return { webhook: { id }, stats };
  });

describe('a list of webhooks by their traffic', () => {
  it('has those of one health, with its total', async () => {
    expect(await listOf({ health: 'failing' })).toEqual({ webhooks: told('busy'), total: 1, isMissingStats: false });
    expect(await listOf({ health: 'idle' })).toMatchObject({ webhooks: told('idle') });
    expect(await listOf({ health: 'healthy' })).toMatchObject({ webhooks: told('calm') });
    expect(await listOf({ health: 'degraded' })).toMatchObject({ webhooks: [], total: 0 });
  });

  it('is sorted as a whole before it is cut into pages', async () => {
    expect(await listOf({ order: '-requests' })).toMatchObject({ webhooks: told('busy', 'calm', 'idle') });
    const page = await listOf({ order: 'successRate' }, { offset: 1, limit: 1 });
    expect(page).toMatchObject({ webhooks: told('calm'), total: 3 });
  });

  it('is refused of more webhooks than can be compared, and of a health that nobody knows', async () => {
    const many = Array.from({ length: 1_001 }, (_, index) => `w${index}`);
    const query = { filter: {}, order: 'requests' } as const;
    expect(await reading(many).list(reader, { query, includeExecutionStats: false })).toEqual({
      kind: 'too-many',
      max: 1_000,
    });
    const blind = reading(['idle'], false);
    const health = { query: { filter: {}, health: 'idle' }, includeExecutionStats: false } as const;
    expect(await blind.list(reader, health)).toEqual({ kind: 'stats-unavailable' });
    const sorted = await blind.list(reader, { query, includeExecutionStats: false });
    expect(sorted).toMatchObject({ webhooks: [{ webhook: { id: 'idle' } }], isMissingStats: true });
  });
});
