import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { ArrowUp, Inbox, RefreshCw } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { StreamState } from '../../api/use-event-stream.ts';
import { useLanguage, useTexts } from '../../texts/use-texts.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Tag } from '../../ui/tag.tsx';
import { deliveriesQuery, firstPageOnly } from './deliveries.query.ts';
import { useRequestColumns } from './request-columns.tsx';
import { isFiltered, NO_FILTER, type Delivery, type RequestsFilter } from './requests-search.ts';
import { useLiveDeliveries, type LiveDeliveries } from './use-live-deliveries.ts';

export interface RequestListProps {
  readonly webhookId: string;
  readonly filter: RequestsFilter;
  readonly onChange: (filter: RequestsFilter) => void;
}

const NONE: readonly Delivery[] = [];
/** The log is some moments behind the feed: what is awaited is looked for this often, and for so long. */
const LOOK_AGAIN_MS = 700;
const AWAITED_MS = 5_000;

export function RequestList({ webhookId, filter, onChange }: RequestListProps): ReactNode {
  const client = useQueryClient();
  const options = deliveriesQuery(webhookId, filter);
  const list = useInfiniteQuery(options);
  const rows = useMemo(() => list.data?.pages.flatMap(({ data }) => data) ?? NONE, [list.data]);
  const live = useLiveDeliveries(webhookId, filter, rows, list.hasNextPage);
  const box = useRef<HTMLDivElement>(null);
  const [generation, setGeneration] = useState(0);
  const [isAsked, setIsAsked] = useState(false);
  const { refetch } = list;

  const showNew = (): void => {
    live.taken();
    client.setQueryData(options.queryKey, (pages) => pages && firstPageOnly(pages));
    setGeneration((old) => old + 1);
    setIsAsked(true);
    void refetch();
    box.current?.focus();
  };
  useEffect(() => {
    if (!isAsked) return undefined;
    const timer = setTimeout(() => setIsAsked(false), AWAITED_MS);
    return () => clearTimeout(timer);
  }, [isAsked, generation]);
  // Where there is no row, nothing is moved by the first ones: they come in by themselves, or can be asked for.
  const { newCount } = live;
  const [givenUp, setGivenUp] = useState(0);
  const comesByItself = rows.length === 0 && newCount !== givenUp;
  const isAwaiting = list.data !== undefined && newCount > 0 && (isAsked || comesByItself);
  useEffect(() => {
    if (!isAwaiting) return undefined;
    // One that is on its way is waited for: with a slow API none would ever come to its end.
    const timer = setInterval(() => void refetch({ cancelRefetch: false }), LOOK_AGAIN_MS);
    const end = setTimeout(() => setGivenUp(newCount), AWAITED_MS);
    return () => {
      clearInterval(timer);
      clearTimeout(end);
    };
  }, [isAwaiting, newCount, refetch]);
  const onNearEnd = (): void => {
    if (list.hasNextPage && !list.isFetching && !list.isFetchNextPageError) void list.fetchNextPage();
  };
  return (
    <section className="requests" ref={box} tabIndex={-1}>
      <Feed live={live} isRefreshing={list.isRefetching} onShow={showNew} isQuiet={comesByItself} />
      <Loaded query={list} skeleton={<Skeleton lines={8} />}>
        {() =>
          rows.length === 0 ? (
            <NoRequests isFiltered={isFiltered(filter)} onClear={() => onChange(NO_FILTER)} />
          ) : (
            <>
              <RequestTable key={generation} rows={rows} onNearEnd={onNearEnd} />
              <End list={list} count={rows.length} />
            </>
          )
        }
      </Loaded>
    </section>
  );
}

function RequestTable(props: { readonly rows: readonly Delivery[]; readonly onNearEnd: () => void }): ReactNode {
  const { requests } = useTexts();
  const columns = useRequestColumns();
  return (
    <DataTable
      label={requests.table}
      columns={columns}
      rows={props.rows}
      rowKey={({ id }) => id}
      virtualHeight="min(44rem, 70vh)"
      onNearEnd={props.onNearEnd}
    />
  );
}

const STREAM_TONES = { live: 'good', connecting: 'neutral', waiting: 'warn', off: 'neutral' } as const;

interface FeedProps {
  readonly live: LiveDeliveries;
  readonly isRefreshing: boolean;
  /** What is new comes into the list by itself. */
  readonly isQuiet: boolean;
  readonly onShow: () => void;
}

/** Whether the list is told of what happens, and what came since. */
function Feed({ live, isRefreshing, isQuiet, onShow }: FeedProps): ReactNode {
  const { requests } = useTexts();
  const language = useLanguage();
  const { stream, newCount, hasGap } = live;
  const count = new Intl.NumberFormat(language).format(newCount);
  const hasNew = !isQuiet && (newCount > 0 || hasGap);
  return (
    <div className="requests__feed">
      <StreamTag stream={stream} />
      <div className="requests__new" role="status">
        {hasNew && (
          <Button size="small" kind="primary" icon={<ArrowUp size={15} aria-hidden />} onPress={onShow}>
            {hasGap ? requests.moreRequests : requests.newRequests(count, newCount === 1)}
          </Button>
        )}
      </div>
      <IconButton
        size="small"
        label={requests.refresh}
        icon={<RefreshCw size={15} aria-hidden />}
        isPending={isRefreshing}
        onPress={onShow}
      />
    </div>
  );
}

function StreamTag({ stream }: { readonly stream: StreamState }): ReactNode {
  const { requests } = useTexts();
  return (
    <Tag tone={STREAM_TONES[stream]} hasDot title={requests.streamHints[stream]}>
      {requests.stream[stream]}
    </Tag>
  );
}

interface EndProps {
  readonly list: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly isFetchNextPageError: boolean;
    readonly error: Error | null;
    readonly fetchNextPage: () => unknown;
  };
  readonly count: number;
}

/** Below the table: what is loaded, and whether there is more. */
function End({ list, count }: EndProps): ReactNode {
  const { common, requests } = useTexts();
  const language = useLanguage();
  const shown = new Intl.NumberFormat(language).format(count);
  if (list.isFetchNextPageError && list.error !== null) {
    const again = (
      <Button size="small" onPress={() => void list.fetchNextPage()}>
        {common.tryAgain}
      </Button>
    );
    return <ErrorNotice error={list.error} prefix={requests.moreFailed} action={again} />;
  }
  const text = list.isFetchingNextPage
    ? requests.loadingMore
    : list.hasNextPage
      ? requests.someShown(shown)
      : requests.allShown(shown);
  return <p className="requests__end soft small">{text}</p>;
}

function NoRequests(props: { readonly isFiltered: boolean; readonly onClear: () => void }): ReactNode {
  const { requests } = useTexts();
  return (
    <EmptyState
      icon={<Inbox size={26} />}
      title={props.isFiltered ? requests.noMatchTitle : requests.emptyTitle}
      action={props.isFiltered && <Button onPress={props.onClear}>{requests.clearFilters}</Button>}
    >
      {props.isFiltered ? requests.noMatchText : requests.emptyText}
    </EmptyState>
  );
}
