import { decodeWebhook } from '@signalbox/contracts';
import { createLogFollower } from '@signalbox/kafka';
import { appliedOffsets, type RunInfo } from '@signalbox/sandbox';
import { waitFor } from '@signalbox/testing';

/**
 * Makes one change of one webhook and waits until router and sender have applied it. `inEffectAfterMs` counts from the
 * answer that accepted the change, and includes up to 5 ms of asking. For a test that alone changes webhooks: another's
 * change would be taken for this one.
 */
export async function inEffect<T>(
  run: RunInfo,
  change: () => Promise<T>,
): Promise<{ readonly answer: T; readonly inEffectAfterMs: number }> {
  const before = await appliedOffsets(run);
  const answer = await change();
  const acceptedAtMs = performance.now();
  await waitFor(async () => (await appliedOffsets(run)).every((offset, index) => offset > (before[index] ?? -1)), {
    what: 'router and sender to apply the change',
    everyMs: 5,
  });
  return { answer, inEffectAfterMs: performance.now() - acceptedAtMs };
}

/** Waits until router and sender have applied a state of each webhook of `ids`, whoever else changes webhooks meanwhile. */
export async function untilApplied(run: RunInfo, ids: readonly string[]): Promise<void> {
  const missing = new Set(ids);
  let lastOffset = -1;
  const follower = createLogFollower({
    connection: { brokers: run.kafkaBrokers.split(','), clientId: 'webhooks-of-a-test' },
    topic: run.topics.webhooks,
    onRecord: ({ value, offset }) => {
      const webhook = value === null ? undefined : decodeWebhook(value);
      if (webhook !== undefined && missing.delete(webhook.id)) lastOffset = Math.max(lastOffset, offset);
    },
    onFatal: () => undefined,
  });
  await follower.start();
  await waitFor(async () => missing.size === 0 && (await appliedOffsets(run)).every((offset) => offset >= lastOffset), {
    what: `${ids.length} webhooks in effect`,
    timeoutMs: 20_000,
  });
  await follower.stop();
}
