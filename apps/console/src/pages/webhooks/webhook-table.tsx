import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Page } from '../../api/api-client.ts';
import { useMay } from '../../session/use-caller.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { Button } from '../../ui/button.tsx';
import { DataTable, type Sort } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Pagination } from '../../ui/pagination.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { healthSummariesQuery, type ListedWebhook } from '../../webhooks/webhook.queries.ts';
import { DEFAULT_SORT, SORTS, type ListSearch } from './list-search.ts';
import { useWebhookColumns } from './webhook-columns.tsx';
import { PAGE_SIZE } from './webhook-list.query.ts';

const SKELETON_LINES = 8;

export interface WebhookTableProps {
  readonly list: UseQueryResult<Page<ListedWebhook>>;
  readonly search: ListSearch;
  readonly onChange: (change: ListSearch) => void;
}

export function WebhookTable({ list, search, onChange }: WebhookTableProps): ReactNode {
  const { webhooks } = useTexts();
  const mayReadDeliveries = useMay('deliveries:read');
  const ids = list.data?.rows.map(({ id }) => id) ?? [];
  const health = useQuery({ ...healthSummariesQuery(ids), enabled: mayReadDeliveries && ids.length > 0 });
  const columns = useWebhookColumns(
    mayReadDeliveries ? { data: health.data, isLoading: health.isPending || health.isPlaceholderData } : undefined,
  );
  const areStatsAway = health.isError || list.data?.warning !== undefined;
  return (
    <>
      {areStatsAway && <Notice tone="warn">{webhooks.statsAway}</Notice>}
      <Loaded query={list} skeleton={<Skeleton lines={SKELETON_LINES} />}>
        {({ rows, total }) => (
          <Panel isBusy={list.isPlaceholderData}>
            {rows.length === 0 ? (
              <NoMatch
                onClear={() => onChange({ search: undefined, event: undefined, enabled: undefined, health: undefined })}
              />
            ) : (
              <DataTable
                label={webhooks.list}
                columns={columns}
                rows={rows}
                rowKey={({ id }) => id}
                sort={sortOf(search)}
                onSort={(sort) => onChange({ sort: sortParameterOf(sort) })}
              />
            )}
            <Pagination
              page={Number(search.page ?? 1)}
              pageSize={PAGE_SIZE}
              total={total}
              onPage={(page) => onChange({ page: String(page) })}
            />
          </Panel>
        )}
      </Loaded>
    </>
  );
}

function NoMatch({ onClear }: { readonly onClear: () => void }): ReactNode {
  const { webhooks } = useTexts();
  return (
    <EmptyState
      icon={<SearchX size={26} />}
      title={webhooks.noMatchTitle}
      action={<Button onPress={onClear}>{webhooks.clearFilters}</Button>}
    >
      {webhooks.noMatchText}
    </EmptyState>
  );
}

function sortOf({ sort = DEFAULT_SORT }: ListSearch): Sort {
  return { column: sort.replace(/^-/, ''), isDescending: sort.startsWith('-') };
}

function sortParameterOf({ column, isDescending }: Sort): ListSearch['sort'] {
  return SORTS.find((sort) => sort === `${isDescending ? '-' : ''}${column}`);
}
