import type { Sandbox } from '@signalbox/sandbox';
import { aWebhook } from '@signalbox/testing';
import { ApiClient } from './api-client.ts';
import { untilApplied } from './applied-configuration.ts';

export interface WebhookWish {
  readonly url: string;
  readonly events: readonly string[];
  /** Of its retries; those of every webhook by default. */
  readonly delaysMs?: readonly number[];
  /** Of each attempt; that of every webhook by default. */
  readonly timeoutMs?: number;
}

/** Creates webhooks over REST and waits until the dispatcher knows them. Returns their ids, in order. */
export async function createWebhooks(sandbox: Sandbox, wishes: readonly WebhookWish[]): Promise<readonly string[]> {
  const api = new ApiClient(sandbox.runInfo);
  const created = await Promise.all(
    wishes.map(async ({ url, events, delaysMs, timeoutMs }) => {
      const retryPolicy = { preset: 'logto', delaysMs, maxAgeMs: 259_200_000 };
      const config = { url, ...(delaysMs && { retryPolicy }), ...(timeoutMs !== undefined && { timeoutMs }) };
      return api.createWebhook(aWebhook(url, { events, config }));
    }),
  );
  const ids = created.map(({ id }) => id);
  await untilApplied(sandbox.runInfo, ids);
  return ids;
}
