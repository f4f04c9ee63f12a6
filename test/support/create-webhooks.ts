import { decodeWebhook } from '@signalbox/contracts';
import { createLogFollower } from '@signalbox/kafka';
import type { Sandbox } from '@signalbox/sandbox';
import { aWebhook, waitFor } from '@signalbox/testing';
import { ApiClient } from './api-client.ts';
import { metricOf } from './service-metrics.ts';

export interface WebhookWish {
  readonly url: string;
  readonly events: readonly string[];
  /** Of its retries; those of every webhook by default. */
  readonly delaysMs?: readonly number[];
}

/** Creates webhooks over REST and waits until the dispatcher knows them. Returns their ids, in order. */
export async function createWebhooks(sandbox: Sandbox, wishes: readonly WebhookWish[]): Promise<readonly string[]> {
  const api = new ApiClient(sandbox.runInfo);
  const created = await Promise.all(
    wishes.map(async ({ url, events, delaysMs }) => {
      const retryPolicy = { preset: 'logto', delaysMs, maxAgeMs: 259_200_000 };
      return api.createWebhook(aWebhook(url, { events, config: { url, ...(delaysMs && { retryPolicy }) } }));
    }),
  );
  const ids = created.map(({ id }) => id);
  await waitUntilInEffect(sandbox, ids);
  return ids;
}

/** Every dispatcher process that reads webhooks has read them on the log. */
async function waitUntilInEffect(sandbox: Sandbox, ids: readonly string[]): Promise<void> {
  const missing = new Set(ids);
  let lastOffset = -1;
  const follower = createLogFollower({
    connection: { brokers: sandbox.runInfo.kafkaBrokers.split(','), clientId: 'webhooks-of-a-test' },
    topic: sandbox.runInfo.topics.webhooks,
    onRecord: ({ value, offset }) => {
      const webhook = value === null ? undefined : decodeWebhook(value);
      if (webhook !== undefined && missing.delete(webhook.id)) lastOffset = Math.max(lastOffset, offset);
    },
    onFatal: () => undefined,
  });
  await follower.start();
  const readers = sandbox.serviceNames.filter((name) => /^dispatcher(-router|-sender)?(-\d+)?$/.test(name));
  await waitFor(
    async () => {
      if (missing.size > 0) return false;
      const applied = readers.map(async (name) =>
        metricOf(sandbox, name, 'signalbox_dispatcher_webhooks_applied_offset'),
      );
      return (await Promise.all(applied)).every((offset) => offset >= lastOffset);
    },
    { what: `${ids.length} webhooks in effect`, timeoutMs: 20_000 },
  );
  await follower.stop();
}
