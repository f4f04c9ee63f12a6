import type { Schemas } from '../../api/api-client.ts';
import { windowOf, type Delivery, type RequestsFilter } from './requests-search.ts';

export type LiveAttempt = Schemas['LiveAttempt'];

const DAY_MS = 86_400_000;

/**
 * Where the feed of a filter is read; undefined where nothing new can come to it. The state is not asked for: of a row that
 * leaves the state that the list is filtered by the feed has to tell, too.
 */
export function livePathOf(webhookId: string, { state, event, to, id }: RequestsFilter): string | undefined {
  if (to !== undefined || id !== undefined || state === 'queued') return undefined;
  const path = `/api/hooks/${encodeURIComponent(webhookId)}/live`;
  return event === undefined ? path : `${path}?${new URLSearchParams({ event }).toString()}`;
}

/** Whether it belongs into the list, by what the feed itself does not select by. */
export function fits(attempt: LiveAttempt, filter: RequestsFilter, nowMs: number): boolean {
  const { fromMs = nowMs - DAY_MS } = windowOf(filter, nowMs);
  if (attempt.createdAt < fromMs) return false;
  if (filter.state !== undefined && filter.state !== attempt.state) return false;
  return filter.answer === undefined || String(attempt.statusCode ?? '').startsWith(filter.answer.charAt(0));
}

/** What of the first page, read when the feed began, the list does not show: it came before the feed, and after the list. */
export function missedOf(
  page: readonly Delivery[],
  listed: ReadonlyMap<string, Delivery>,
): { readonly unseen: readonly Delivery[]; readonly changed: readonly Delivery[] } {
  const isChanged = (row: Delivery): boolean => JSON.stringify(row) !== JSON.stringify(listed.get(row.id));
  return {
    unseen: page.filter(({ id }) => !listed.has(id)),
    changed: page.filter((row) => listed.has(row.id) && isChanged(row)),
  };
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
