import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@signalbox/testing';
import { callApi } from '../testing/api-caller.ts';
import { FactLog } from '../testing/fact-log.ts';
import { attempted, breakerChanged, deferred } from '../testing/facts.ts';
import type { RunningMonitoring } from '../testing/running-monitoring.ts';
import { startMonitoring } from '../testing/running-monitoring.ts';

let monitoring: RunningMonitoring;
let log: FactLog;
const now = Date.now();
const minuteMs = 60_000;

beforeAll(async () => {
  monitoring = await startMonitoring();
  log = await FactLog.open(monitoring);
  const failed = attempted({ outcome: 'failed', statusCode: 500 });
  log.append({ webhookId: 'failing', tenantId: 'acme', index: 1, atMs: now - minuteMs }, failed);
  log.append(
    { webhookId: 'failing', tenantId: 'acme', index: 2, atMs: now - 2 * minuteMs },
    failed,
    breakerChanged({ atMs: now }),
  );
  log.append({ webhookId: 'busy', index: 1, atMs: now - minuteMs }, attempted());
  log.append({ webhookId: 'busy', index: 2, atMs: now - minuteMs }, attempted());
  log.append({ webhookId: 'busy', index: 3, atMs: now - minuteMs }, failed);
  log.append({ webhookId: 'late', index: 1, atMs: now - 30 * 60 * minuteMs }, deferred());
  log.append({ webhookId: 'late', index: 2, atMs: now - 5 * minuteMs }, deferred());
  await log.projected();
});
afterAll(async () => {
  await log?.close();
  await monitoring?.stop();
});

const ops = { scopes: ['ops:read'] };
const call = async (path: string, who = ops) => callApi(monitoring, `/api/ops/${path}`, { who });
const idsBy = async (query: string) =>
  ((await call(`webhooks${query}`)).body as { webhooks: { hookId: string }[] }).webhooks.map(({ hookId }) => hookId);

describe('the webhooks of all tenants', () => {
  it('come with the worst first, in each sense of it', async () => {
    expect(await idsBy('')).toEqual(['failing', 'busy', 'late']);
    expect(await idsBy('?sort=volume')).toEqual(['busy', 'failing', 'late']);
    expect((await idsBy('?sort=lag'))[0]).toBe('late');
    expect(await idsBy('?sort=volume&limit=1')).toEqual(['busy']);
  });

  it('say what is wrong with them', async () => {
    const { body } = await call('webhooks');
    const oldest = Math.floor((now - 30 * 60 * minuteMs) / minuteMs) * minuteMs;
    expect(body).toMatchObject({
      webhooks: [
        { hookId: 'failing', tenantId: 'acme', requests: 2, failed: 2, successRate: 0, breaker: 'open', open: 0 },
        { hookId: 'busy', requests: 3, succeeded: 2, failed: 1, successRate: 2 / 3, breaker: 'closed', lagMs: null },
        { hookId: 'late', requests: 0, successRate: null, open: 2, oldestUndeliveredAt: oldest },
      ],
    });
    const [, , late] = (body as { at: number; webhooks: { lagMs: number }[] }).webhooks;
    expect(late!.lagMs).toBe((body as { at: number }).at - oldest);
  });
});

describe('the lag', () => {
  it('is that of every role, also of those that do not run', async () => {
    const roles = await waitFor(
      async () => {
        const { status, body } = await call('lag');
        if (status !== 200) return undefined;
        const known = (body as { roles: { role: string; lagRecords: number }[] }).roles;
        return known.find(({ role, lagRecords }) => role === 'projector' && lagRecords === 0) && known;
      },
      { what: 'the projector to be seen at the end' },
    );
    // No sender runs here: the deliveries wait for it.
    expect(roles.find(({ role }) => role === 'sender')).toMatchObject({ lagRecords: 7 });
    expect(roles.map(({ role }) => role)).toEqual(['sender', 'scheduler', 'projector', 'dead-letters']);
  });

  it('is told to Prometheus too', async () => {
    const text = await (await fetch(`${monitoring.url}/metrics`)).text();
    const { deliveries } = monitoring.backends.topics;
    expect(text).toContain(`signalbox_monitoring_consumer_lag_records{role="sender",topic="${deliveries}"} 7`);
    expect(text).toContain(`signalbox_monitoring_consumer_stalled_seconds{role="sender",topic="${deliveries}"}`);
    expect(text).toMatch(/^signalbox_monitoring_projection_delay_seconds \d/m);
    expect(text).toMatch(/^signalbox_monitoring_lag_report_age_seconds \d/m);
    expect(text).toMatch(/^signalbox_monitoring_default_partition_rows \d/m);
  });
});

it('is for the operator, and says what is wrong with a query', async () => {
  for (const path of ['webhooks', 'lag']) {
    expect((await call(path, { scopes: ['webhooks:read', 'deliveries:read'] })).status).toBe(403);
  }
  expect(await call('webhooks?sort=age&limit=0')).toMatchObject({
    status: 400,
    body: { code: 'guard.invalid_input', details: [{ field: 'sort' }, { field: 'limit' }] },
  });
});
