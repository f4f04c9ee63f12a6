import type { RunInfo } from '@signalbox/sandbox';
import { waitFor } from '@signalbox/testing';

const METRIC = /^signalbox_dispatcher_webhooks_applied_offset (-?\d+)/m;

/**
 * How far router and sender have applied the log of webhooks, by their ops listeners. The offsets of those that have
 * applied nothing yet are -1.
 */
async function appliedOffsets(run: RunInfo): Promise<readonly number[]> {
  const dispatchers = run.processes.filter(({ name }) => name.startsWith('dispatcher') && !name.endsWith('scheduler'));
  return Promise.all(
    dispatchers.map(async ({ opsUrl }) => {
      const metrics = await (await fetch(`${opsUrl}/metrics`)).text();
      return Number(METRIC.exec(metrics)?.[1]);
    }),
  );
}

/**
 * Makes one change of one webhook and waits until router and sender have applied it. `inEffectAfterMs` counts from the
 * answer that accepted the change, and includes up to 5 ms of asking.
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
