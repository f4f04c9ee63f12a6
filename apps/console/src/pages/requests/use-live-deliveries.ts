import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ServerSentEvent } from '../../api/event-stream.ts';
import { useEventStream, type StreamState } from '../../api/use-event-stream.ts';
import { currentRow, deliveriesQuery, deliveryQuery, withRow } from './deliveries.query.ts';
import { fits, isNew, livePathOf, tellsOf, type LiveAttempt } from './live-deliveries.ts';
import type { Delivery, RequestsFilter } from './requests-search.ts';

/** Rows in the list are read again this often, and so many of them at once. */
const REFRESH_MS = 1_000;
const MAX_ROWS_AT_ONCE = 10;
const MAX_TRIES = 5;
/** The log is behind the feed by less than this: what is not in the first page after a look may still come. */
const BEHIND_MS = 5_000;

interface Changed {
  readonly attempt: LiveAttempt;
  readonly tries: number;
}

export interface LiveDeliveries {
  readonly stream: StreamState;
  /** Requests that came since the list was read, and are not in it. */
  readonly newCount: number;
  /** The feed left some out, so that `newCount` may be too low. */
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
  const [seenAtMs, setSeenAtMs] = useState<ReadonlyMap<string, number>>(new Map());
  const [hasGap, setHasGap] = useState(false);
  const changed = useRef(new Map<string, Changed>());
  const listed = useMemo(() => new Set(rows.map(({ id }) => id)), [rows]);

  const take = (event: ServerSentEvent): void => {
    if (event.type === 'skipped') setHasGap(true);
    if (event.type !== 'attempt') return;
    const attempt = JSON.parse(event.data) as LiveAttempt;
    const { deliveryId } = attempt;
    void client.invalidateQueries({ queryKey: deliveryQuery(webhookId, deliveryId).queryKey });
    if (listed.has(deliveryId)) changed.current.set(deliveryId, { attempt, tries: 0 });
    else if (fits(attempt, filter, Date.now()) && isNew(attempt, rows, hasMore))
      setSeenAtMs((seen) => new Map(seen).set(deliveryId, Date.now()));
  };
  const stream = useEventStream(livePathOf(webhookId, filter), take);

  useEffect(() => {
    const abort = new AbortController();
    const { queryKey } = deliveriesQuery(webhookId, filter);
    const refresh = async (id: string, { attempt, tries }: Changed): Promise<void> => {
      const row = await currentRow(webhookId, id, abort.signal).catch(() => undefined);
      if (abort.signal.aborted) return;
      if (row !== undefined) client.setQueryData(queryKey, (pages) => pages && withRow(pages, row));
      const isTold = row !== undefined && tellsOf(row, attempt);
      if (!isTold && tries < MAX_TRIES && !changed.current.has(id))
        changed.current.set(id, { attempt, tries: tries + 1 });
    };
    const timer = setInterval(() => {
      const batch = [...changed.current].slice(0, MAX_ROWS_AT_ONCE);
      for (const [id, each] of batch) {
        changed.current.delete(id);
        void refresh(id, each);
      }
    }, REFRESH_MS);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [client, webhookId, filter]);

  const newCount = useMemo(() => [...seenAtMs.keys()].filter((id) => !listed.has(id)).length, [seenAtMs, listed]);
  const taken = (): void => {
    const since = Date.now() - BEHIND_MS;
    setSeenAtMs((seen) => new Map([...seen].filter(([, atMs]) => atMs >= since)));
    setHasGap(false);
  };
  return { stream, newCount, hasGap, taken };
}
