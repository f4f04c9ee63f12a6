import { appliedOffsets, type RunInfo } from '@signalbox/sandbox';
import { waitFor } from '@signalbox/testing';

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
