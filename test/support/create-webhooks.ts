import { decodeWebhook, encodeWebhook } from '@signalbox/contracts';
import type { KafkaConnection } from '@signalbox/kafka';
import { createLogFollower, createLogProducer } from '@signalbox/kafka';
import type { Sandbox } from '@signalbox/sandbox';
import { parseKeyring, SecretBox } from '@signalbox/secrets';
import { waitFor } from '@signalbox/testing';
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { metricOf } from './service-metrics.ts';

export interface WebhookWish {
  readonly url: string;
  readonly events: readonly string[];
  /** Of its retries; none by default. */
  readonly delaysMs?: readonly number[];
}

/** Creates webhooks and waits until the dispatcher knows them. Returns their ids, in order. */
export async function createWebhooks(sandbox: Sandbox, wishes: readonly WebhookWish[]): Promise<readonly string[]> {
  const connection = { brokers: sandbox.runInfo.kafkaBrokers.split(','), clientId: 'webhooks-of-a-test' };
  const { keyring } = JSON.parse(await readFile(join(sandbox.dir, 'secrets.json'), 'utf8')) as { keyring: string };
  const secrets = new SecretBox(parseKeyring(keyring));
  const producer = createLogProducer({ connection });
  await producer.start();
  const ids = wishes.map(({ url, events, delaysMs = [] }) => {
    const id = Array.from({ length: 21 }, () => randomInt(36).toString(36)).join('');
    const value = encodeWebhook({
      deleted: false,
      id,
      tenantId: 'default',
      epoch: 1,
      version: 1,
      name: '',
      subscribedTo: events,
      url,
      headers: [],
      enabled: true,
      signingKeys: [{ sealed: secrets.seal('signing-key-of-a-test', id), honouredUntilMs: null }],
      timeoutMs: 10_000,
      retryPolicy: { preset: 'logto', delaysMs, maxAgeMs: 259_200_000 },
    });
    producer.append({ topic: sandbox.runInfo.topics.webhooks, key: id, value });
    return id;
  });
  await producer.stop();
  await waitUntilInEffect(sandbox, connection, ids);
  return ids;
}

/** Every dispatcher process that reads webhooks has read them on the log. */
async function waitUntilInEffect(sandbox: Sandbox, connection: KafkaConnection, ids: readonly string[]): Promise<void> {
  const missing = new Set(ids);
  let lastOffset = -1;
  const follower = createLogFollower({
    connection,
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
