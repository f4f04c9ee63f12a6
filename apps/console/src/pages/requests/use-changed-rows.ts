import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef } from 'react';
import { currentRow, deliveriesQuery, withRow } from './deliveries.query.ts';
import { tellsOf, type LiveAttempt } from './live-deliveries.ts';
import type { Delivery, RequestsFilter } from './requests-search.ts';

/** Rows are read again this often, and so many of them at once. */
const REFRESH_MS = 1_000;
const MAX_ROWS_AT_ONCE = 10;
const MAX_TRIES = 5;

interface Changed {
  readonly attempt: LiveAttempt;
  readonly tries: number;
}

export interface ChangedRows {
  /** A row of the list is read again until it tells of the attempt. */
  readonly tell: (attempt: LiveAttempt) => void;
  readonly replace: (row: Delivery) => void;
}

/** Replaces rows of a list in their place. */
export function useChangedRows(webhookId: string, filter: RequestsFilter): ChangedRows {
  const client = useQueryClient();
  const changed = useRef(new Map<string, Changed>());
  const { queryKey } = deliveriesQuery(webhookId, filter);
  const replace = (row: Delivery): void => {
    client.setQueryData(queryKey, (pages) => pages && withRow(pages, row));
  };
  const refresh = useEffectEvent(async (id: string, { attempt, tries }: Changed, signal: AbortSignal) => {
    const row = await currentRow(webhookId, id, signal).catch(() => undefined);
    if (signal.aborted) return;
    if (row !== undefined) replace(row);
    const isTold = row !== undefined && tellsOf(row, attempt);
    if (!isTold && tries < MAX_TRIES && !changed.current.has(id))
      changed.current.set(id, { attempt, tries: tries + 1 });
  });
  useEffect(() => {
    const abort = new AbortController();
    const timer = setInterval(() => {
      for (const [id, each] of [...changed.current].slice(0, MAX_ROWS_AT_ONCE)) {
        changed.current.delete(id);
        void refresh(id, each, abort.signal);
      }
    }, REFRESH_MS);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [webhookId, filter]);
  return { tell: (attempt) => void changed.current.set(attempt.deliveryId, { attempt, tries: 0 }), replace };
}
