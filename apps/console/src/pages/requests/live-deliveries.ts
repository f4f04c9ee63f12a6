import type { Schemas } from '../../api/api-client.ts';
import { windowOf, type Delivery, type RequestsFilter } from './requests-search.ts';

export type LiveAttempt = Schemas['LiveAttempt'];

/** Where the feed of a filter is read; undefined where nothing new can come to it. */
export function livePathOf(webhookId: string, { state, event, to, id }: RequestsFilter): string | undefined {
  if (to !== undefined || id !== undefined || state === 'queued') return undefined;
  const query = new URLSearchParams({ ...(event !== undefined && { event }), ...(state !== undefined && { state }) });
  const path = `/api/hooks/${encodeURIComponent(webhookId)}/live`;
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

/** Whether it belongs into the list, by what the feed itself does not select by. */
export function fits(attempt: LiveAttempt, filter: RequestsFilter, nowMs: number): boolean {
  const { fromMs } = windowOf(filter, nowMs);
  if (fromMs !== undefined && attempt.createdAt < fromMs) return false;
  return filter.answer === undefined || String(attempt.statusCode ?? '').startsWith(filter.answer.charAt(0));
}

/** Whether a row tells what the attempt told; the log is written some moments after the feed. */
export function tellsOf(row: Delivery, attempt: LiveAttempt): boolean {
  const latestMs = Math.max(row.lastAttemptAt ?? 0, row.why?.since ?? 0);
  return latestMs >= attempt.at || row.rounds - 1 > attempt.round;
}

/**
 * A delivery that the list does not show yet although it would stand among its rows. One that is older than all of them is
 * further down, and is not new.
 */
export function isNew(attempt: LiveAttempt, rows: readonly Delivery[], hasMore: boolean): boolean {
  const oldest = rows.at(-1);
  return oldest === undefined || !hasMore || attempt.createdAt >= oldest.createdAt;
}
