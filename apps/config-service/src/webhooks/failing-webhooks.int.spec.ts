import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeOperation, encodeFact } from '@signalbox/contracts';
import type { Operation } from '@signalbox/contracts';
import { deliveryIdOf } from '@signalbox/domain';
import { identityKeyFrom, verifyIdentity } from '@signalbox/identity';
import { createLogProducer } from '@signalbox/kafka';
import { rowsOf } from '@signalbox/postgres';
import { waitFor } from '@signalbox/testing';
import { FakeGrpcServer } from '../testing/fake-grpc-server.ts';
import { startMonitoringProcess } from '../testing/monitoring-process.ts';
import { RunningConfigService } from '../testing/running-config-service.ts';
import { GrpcFailureLog } from './adapters/grpc/failure-log.grpc.ts';
import { PostgresWatchedWebhooks } from './adapters/postgres/watched-webhooks.postgres.ts';
import { PostgresWebhookJournal } from './adapters/postgres/webhook-journal.postgres.ts';
import { WatchFailures } from './application/watch-failures.ts';
import { WebhookWriter } from './application/webhook-writer.ts';
import type { FailureStreak } from './domain/failing-webhook.ts';

interface Asked {
  readonly webhooks: readonly {
    readonly webhookId: string;
    readonly sinceMs: number;
    readonly failingSinceMs?: number;
  }[];
  readonly spanMs: number;
  readonly minFailures: number;
  readonly longestSpanMs: number;
}

const DAY_MS = 86_400_000;
const DISABLE_AFTER_MS = 5 * DAY_MS;

/** In monitoring's place: what it says of webhooks, by id. */
const failing = new Map<string, FailureStreak>();
const recovered = new Set<string>();
/** The status code of gRPC. */
const INTERNAL = 13;
const FAILED_PRECONDITION = 9;
/** Why its log is not to be believed. */
let unfit = '';
/** Where monitoring fails. */
const unanswered = new Set<string>();
const monitoring = new FakeGrpcServer<Asked>(
  'monitoring',
  'signalbox.monitoring.v1.FailingWebhooks',
  'listFailingWebhooks',
  ({ webhooks }) => {
    if (unfit !== '') return { code: FAILED_PRECONDITION, details: unfit };
    if (webhooks.some(({ webhookId }) => unanswered.has(webhookId))) return { code: INTERNAL };
    return {
      failing: webhooks.flatMap(({ webhookId }) => {
        const streak = failing.get(webhookId);
        return streak === undefined ? [] : [{ webhookId, ...streak }];
      }),
      recoveredWebhookIds: webhooks.flatMap(({ webhookId }) => (recovered.has(webhookId) ? [webhookId] : [])),
    };
  },
);
let service: RunningConfigService;
let log: GrpcFailureLog;
let decided: string[];
beforeAll(async () => {
  service = await RunningConfigService.start();
  log = new GrpcFailureLog(await monitoring.listen(), identityKeyFrom(service.identityKey));
});
afterAll(async () => {
  log?.close();
  await service?.stop();
  monitoring.kill();
});
beforeEach(async () => {
  failing.clear();
  recovered.clear();
  unanswered.clear();
  unfit = '';
  monitoring.calls.length = 0;
  await rowsOf(service.dataSource, 'UPDATE webhook SET enabled = false');
});

/** As it is done every hour; the first failures were a week after the webhooks were made. */
async function look(nowMs = Date.now() + 7 * DAY_MS, from = log): Promise<void> {
  decided = [];
  const { dataSource } = service;
  await new WatchFailures({
    log: from,
    webhooks: new PostgresWatchedWebhooks(dataSource),
    writer: new WebhookWriter(new PostgresWebhookJournal(dataSource), () => nowMs),
    disableAfterMs: DISABLE_AFTER_MS,
    now: () => nowMs,
    onDecided: (_, what) => void decided.push(what),
  }).run();
}
const streak = (days: number, failures = 37): FailureStreak => {
  const firstFailedAtMs = Date.now() + DAY_MS;
  return { failures, firstFailedAtMs, lastFailedAtMs: firstFailedAtMs + days * DAY_MS };
};
const operationsOf = async (id: string): Promise<readonly (Operation | undefined)[]> => {
  const rows = await rowsOf<{ headers: Record<string, string>; value: string }>(
    service.dataSource,
    "SELECT headers, value FROM outbox WHERE topic = 'operations' AND key = $1 ORDER BY id",
    [id],
  );
  return rows.map(({ headers, value }) => decodeOperation(headers, Buffer.from(value)));
};
const isEnabled = async (id: string): Promise<unknown> =>
  (await service.call('GET', `/api/hooks/${id}`)).body['enabled'];

describe('a webhook whose deliveries end in failure', () => {
  it('is warned of once at half of the time, then disabled by the system, and its owner sees why', async () => {
    const { id } = await service.makeWebhook();
    failing.set(id, streak(3));
    await look();
    await look();
    expect(await isEnabled(id)).toBe(true);
    failing.set(id, streak(5));
    await look();
    const { body } = await service.call('GET', `/api/hooks/${id}`);
    expect(body).toMatchObject({
      enabled: false,
      disabledReason: expect.stringMatching(/ended in failure since .*37 of them/),
    });
    const history = await service.call<object[]>('GET', `/api/hooks/${id}/history`);
    expect(history.body[0]).toMatchObject({ type: 'Disabled', actor: { kind: 'system' } });
    const told = await operationsOf(id);
    expect(told).toMatchObject([
      { kind: 'webhook-failing', actor: 'system', failures: 37, webhookVersion: 1 },
      { kind: 'webhook-disabled', actor: 'system', by: 'failures', webhookVersion: 2 },
    ]);
    const [first] = told as readonly { readonly failingSinceMs: number; readonly disabledFromMs: number }[];
    expect((first?.disabledFromMs ?? 0) - (first?.failingSinceMs ?? 0)).toBe(DISABLE_AFTER_MS);
    await look();
    expect(decided).toEqual([]);
  });

  it('is disabled once by several instances that look at the same time', async () => {
    const { id } = await service.makeWebhook();
    failing.set(id, streak(6));
    await Promise.all([look(), look(), look()]);
    expect(await operationsOf(id)).toHaveLength(1);
    expect(await isEnabled(id)).toBe(false);
  });

  it('that has recovered is told once, and may fail anew', async () => {
    const { id } = await service.makeWebhook();
    failing.set(id, streak(3));
    await look();
    failing.clear();
    recovered.add(id);
    await look();
    await look();
    recovered.clear();
    failing.set(id, streak(4));
    await look();
    const kinds = (await operationsOf(id)).map((operation) => operation?.kind);
    expect(kinds).toEqual(['webhook-failing', 'webhook-recovered', 'webhook-failing']);
  });

  it('is asked about in the name of its tenant, from the last time its clock began', async () => {
    const key = await service.makeKey('t-clock', ['webhooks:read', 'webhooks:write']);
    const { id, createdAt } = await service.makeWebhook({}, key);
    await look();
    const [call] = monitoring.calls;
    expect(call?.request).toEqual({
      webhooks: [{ webhookId: id, sinceMs: createdAt }],
      spanMs: 2.5 * DAY_MS,
      minFailures: 10,
      longestSpanMs: 5 * DAY_MS,
    });
    const identity = await verifyIdentity(identityKeyFrom(service.identityKey), call?.token, 'monitoring');
    expect(identity).toMatchObject({ tenantId: 't-clock', actor: 'system', scopes: [] });

    failing.set(id, streak(3));
    await look();
    for (const body of [{ name: 'no restart' }, { config: { url: 'http://127.0.0.1:8099/elsewhere' } }]) {
      await service.call('PATCH', `/api/hooks/${id}`, { body, key });
    }
    // As if the first failure had been before the change.
    await rowsOf(service.dataSource, 'UPDATE failing_webhook SET failing_since_ms = $1', [createdAt]);
    failing.clear();
    await look();
    const [asked] = monitoring.calls.at(-1)?.request.webhooks ?? [];
    expect(asked?.sinceMs).toBeGreaterThan(createdAt);
    expect(asked).not.toHaveProperty('failingSinceMs');
    const kinds = (await operationsOf(id)).map((operation) => operation?.kind);
    expect(kinds).toEqual(['webhook-failing', 'webhook-recovered']);
  });

  it('is looked at though another tenant’s could not be', async () => {
    const made = await Promise.all(
      ['t-one', 't-other'].map(async (tenantId) =>
        service.makeWebhook({}, await service.makeKey(tenantId, ['webhooks:read', 'webhooks:write'])),
      ),
    );
    const [first = '', second = ''] = made.map(({ id }) => id).toSorted();
    for (const id of [first, second]) failing.set(id, streak(6));
    unanswered.add(first);
    await expect(look()).rejects.toThrow('1 looks at webhooks came to nothing');
    expect([await operationsOf(first), await operationsOf(second)].map(({ length }) => length)).toEqual([0, 1]);
    unanswered.clear();
    await look();
    expect(await operationsOf(first)).toHaveLength(1);
  });

  it('is left alone, whatever its tenant, in a run in which monitoring says that its log is not to be believed', async () => {
    const made = await Promise.all(
      ['t-behind', 't-after'].map(async (tenantId) =>
        service.makeWebhook({}, await service.makeKey(tenantId, ['webhooks:read', 'webhooks:write'])),
      ),
    );
    for (const { id } of made) failing.set(id, streak(6));
    unfit = 'the log is not projected up to now';
    await expect(look()).rejects.toMatchObject({ name: 'FailureLogUnfit', message: unfit });
    expect(monitoring.calls).toHaveLength(1);
    unfit = '';
    await look();
    expect(decided).toEqual(['disabled', 'disabled']);
  });

  it('is not even asked about before it can have failed for half of the time, nor while it is disabled', async () => {
    const { id } = await service.makeWebhook();
    await look(Date.now() + DAY_MS);
    expect(monitoring.calls).toEqual([]);
    await service.call('PATCH', `/api/hooks/${id}`, { body: { enabled: false } });
    await look();
    expect(monitoring.calls).toEqual([]);
  });

  it('is left alone while monitoring does not answer', async () => {
    const { id } = await service.makeWebhook();
    failing.set(id, streak(6));
    const away = new GrpcFailureLog('127.0.0.1:1', identityKeyFrom(service.identityKey));
    const asked = away.reportOn('default', [{ webhookId: id, sinceMs: 0 }], {
      spanMs: 1,
      minFailures: 1,
      longestSpanMs: 1,
    });
    await expect(asked).rejects.toThrow(/UNAVAILABLE|DEADLINE/);
    away.close();
    expect(await isEnabled(id)).toBe(true);
  });
});

/** Publishes that first attempts failed for good, as a sender does, each at its time. */
async function publishFailures(webhookId: string, timesMs: readonly number[]): Promise<void> {
  const { backends } = service;
  const producer = createLogProducer({
    connection: { brokers: backends.kafkaBrokers.split(','), clientId: 'sender-of-a-test' },
  });
  await producer.start();
  for (const [index, atMs] of timesMs.entries()) {
    const { headers, value } = encodeFact({
      kind: 'attempted',
      outcome: 'failed',
      statusCode: 500,
      errorClass: 'http-status',
      webhookId,
      tenantId: 'default',
      eventType: 'PostSignIn',
      deliveryId: deliveryIdOf(webhookId, `event-${atMs}`),
      round: 0,
      attemptNumber: 4,
      deferrals: 0,
      firstScheduledAtMs: atMs,
      roundStartedAtMs: atMs,
      webhookEpoch: 1,
      webhookVersion: 1,
      deliveryOffset: index,
      startedAtMs: atMs,
      timings: { totalMs: 1 },
      atMs,
    });
    producer.append({ topic: backends.topics.attempts, partition: 0, key: webhookId, value, headers });
  }
  await producer.stop();
}

/** Waits until the real monitoring has so many deliveries of a webhook; before, it says that it is behind. */
async function projected(webhookId: string, count: number): Promise<void> {
  await waitFor(
    async () => {
      const sql = 'SELECT 1 FROM monitoring.delivery WHERE webhook_id = $1';
      return (await rowsOf(service.dataSource, sql, [webhookId])).length === count;
    },
    { what: `${count} deliveries to be projected`, timeoutMs: 30_000 },
  );
}

it('what the real monitoring has projected of failures warns once, and then disables a webhook and says why', async () => {
  const { KAFKA_BROKERS, TOPIC_PREFIX, DATABASE_URL, INTERNAL_IDENTITY_KEY } = service.environment();
  const env = { KAFKA_BROKERS, TOPIC_PREFIX, DATABASE_URL, INTERNAL_IDENTITY_KEY } as Record<string, string>;
  const process = await startMonitoringProcess(env);
  const real = new GrpcFailureLog(process.grpcUrl, identityKeyFrom(service.identityKey));
  try {
    const nowMs = Date.now();
    const { id } = await service.makeWebhook();
    // As if it had been made a week ago.
    await rowsOf(service.dataSource, 'UPDATE webhook_event SET at_ms = at_ms - $2 WHERE webhook_id = $1', [
      id,
      7 * DAY_MS,
    ]);
    const firstMs = nowMs - 5.5 * DAY_MS;
    await publishFailures(
      id,
      Array.from({ length: 10 }, (_, index) => firstMs + (index / 3) * DAY_MS),
    );
    await projected(id, 10);
    await look(nowMs, real);
    expect(decided).toEqual(['warned']);
    await look(nowMs, real);
    expect(decided).toEqual([]);
    expect(await isEnabled(id)).toBe(true);

    await publishFailures(id, [nowMs - DAY_MS / 4]);
    await projected(id, 11);
    await look(nowMs, real);
    expect(decided).toEqual(['disabled']);
    const reason = `Deliveries have ended in failure since ${new Date(firstMs).toISOString()}: 11 of them, and none succeeded`;
    expect((await service.call('GET', `/api/hooks/${id}`)).body).toMatchObject({
      enabled: false,
      disabledReason: reason,
    });
    const { body: history } = await service.call<object[]>('GET', `/api/hooks/${id}/history`);
    expect(history[0]).toMatchObject({
      type: 'Disabled',
      actor: { kind: 'system' },
      changes: expect.arrayContaining([{ field: 'disabledReason', to: reason }]),
    });
    expect(await operationsOf(id)).toMatchObject([
      { kind: 'webhook-failing', actor: 'system', failures: 10, failingSinceMs: firstMs },
      { kind: 'webhook-disabled', actor: 'system', by: 'failures', webhookVersion: 2 },
    ]);
    await look(nowMs, real);
    expect(decided).toEqual([]);
  } finally {
    real.close();
    await process.stop();
  }
});
