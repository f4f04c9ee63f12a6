import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useMemo, useState } from 'react';
import type { ServerSentEvent } from '../../api/event-stream.ts';
import { useEventStream, type StreamState } from '../../api/use-event-stream.ts';
import { deliveryQuery, newestRows } from './deliveries.query.ts';
import { fits, isNew, livePathOf, missedOf, type LiveAttempt } from './live-deliveries.ts';
import { NewRequests } from './new-requests.ts';
import type { Delivery, RequestsFilter } from './requests-search.ts';
import { useChangedRows } from './use-changed-rows.ts';

/** What is new is counted this often. */
const COUNT_MS = 1_000;
/** The log is behind the feed by less than this: what is not in the first page after a look may still come. */
const BEHIND_MS = 5_000;

export interface LiveDeliveries {
  readonly stream: StreamState;
  /** Requests that came since the list was read, and are not in it. */
  readonly newCount: number;
  /** The feed left some out, or there are more than are counted: `newCount` may be too low. */
  readonly hasGap: boolean;
  /** Call it when the list is read again from its top. */
  readonly taken: () => void;
}

/** Follows the feed beside a list: counts what is new, and has rows that changed replaced in their place. */
export function useLiveDeliveries(
  webhookId: string,
  filter: RequestsFilter,
  rows: readonly Delivery[],
  hasMore: boolean,
): LiveDeliveries {
  const client = useQueryClient();
  const changedRows = useChangedRows(webhookId, filter);
  const [fresh] = useState(() => new NewRequests());
  const [newCount, setNewCount] = useState(0);
  const [areMore, setAreMore] = useState(false);
  const [hasSkipped, setHasSkipped] = useState(false);
  const [hasBegun, setHasBegun] = useState(false);
  const listed = useMemo(() => new Map(rows.map((row) => [row.id, row])), [rows]);

  const take = (event: ServerSentEvent): void => {
    if (event.type === 'ready') setHasBegun(true);
    if (event.type === 'skipped') setHasSkipped(true);
    if (event.type !== 'attempt') return;
    const attempt = JSON.parse(event.data) as LiveAttempt;
    const { deliveryId } = attempt;
    void client.invalidateQueries({ queryKey: deliveryQuery(webhookId, deliveryId).queryKey });
    if (listed.has(deliveryId)) changedRows.tell(attempt);
    else if (!fits(attempt, filter, Date.now())) fresh.forget(deliveryId);
    else if (isNew(attempt, rows, hasMore)) fresh.saw(deliveryId, Date.now());
  };
  const stream = useEventStream(livePathOf(webhookId, filter), take);

  const count = useEffectEvent(() => {
    setNewCount(fresh.countBeside(listed));
    setAreMore(fresh.areMore);
  });
  useEffect(() => count(), [listed]);
  useEffect(() => {
    const timer = setInterval(() => count(), COUNT_MS);
    return () => clearInterval(timer);
  }, []);

  const takeMissed = useEffectEvent((page: readonly Delivery[]) => {
    const { unseen, changed } = missedOf(page, listed);
    for (const { id } of unseen) fresh.saw(id, Date.now());
    for (const row of changed) changedRows.replace(row);
  });
  useEffect(() => {
    if (!hasBegun) return undefined;
    // What came between the list and the feed; the log has it by then. A feed that is taken up again tells of it itself.
    const abort = new AbortController();
    const look = async (): Promise<void> => takeMissed(await newestRows(webhookId, filter, abort.signal));
    const timer = setTimeout(() => void look().catch(() => setHasSkipped(!abort.signal.aborted)), BEHIND_MS);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [hasBegun, webhookId, filter]);

  const taken = (): void => {
    fresh.taken(Date.now() - BEHIND_MS);
    setHasSkipped(false);
    setNewCount(fresh.countBeside(listed));
    setAreMore(false);
  };
  return { stream, newCount, hasGap: hasSkipped || areMore, taken };
}
