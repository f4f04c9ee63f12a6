import { describe, expect, it } from '@jest/globals';
import { createRegistry, Gauge } from '@signalbox/observability';
import type { SqlRunner } from '@signalbox/postgres';
import { measureOutbox } from './outbox.metrics.ts';

/** What a scrape answers with this database. */
async function scrape(query: () => Promise<unknown>): Promise<string> {
  const registry = createRegistry();
  new Gauge({ name: 'another', help: 'Of another part', registers: [registry] }).set(7);
  measureOutbox(registry, { query } as unknown as SqlRunner, 20);
  return registry.metrics();
}

describe('the lag of the outbox', () => {
  it('is told at every scrape', async () => {
    const metrics = await scrape(() => Promise.resolve([{ records: 3, oldest: Date.now() - 65_000 }]));
    expect(metrics).toMatch(/outbox_waiting_records 3\n/);
    expect(metrics).toMatch(/outbox_oldest_seconds 6\d/);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['is away', () => Promise.reject(new Error('connection refused'))],
    ['does not answer', () => new Promise(() => {})],
  ])('is unknown while the database %s, and everything else is told all the same', async (_title, query) => {
    const metrics = await scrape(query);
    expect(metrics).toMatch(/outbox_waiting_records nan\n/i);
    expect(metrics).toContain('another 7');
  });
});
