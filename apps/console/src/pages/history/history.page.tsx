import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { api, pageOf, type Schemas } from '../../api/api-client.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { Card } from '../../ui/card.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Pagination } from '../../ui/pagination.tsx';
import { Time } from '../../ui/time.tsx';
import { useDetailsTitle } from '../details/details-title.ts';
import { useSettingsDraft } from '../settings/settings-draft.ts';
import { FieldChange } from './field-change.tsx';
import './history.css';

type HistoryEntry = Schemas['HistoryEntry'];

const PAGE_SIZE = 20;
const route = getRouteApi('/webhooks/$id/history');

const historyQuery = (id: string, page: number) =>
  queryOptions({
    queryKey: ['history', id, page],
    queryFn: async ({ signal }) =>
      pageOf(
        api.GET('/api/hooks/{id}/history', {
          params: { path: { id }, query: { page, page_size: PAGE_SIZE } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** Who changed what, and when. */
export function HistoryPage(): ReactNode {
  const { details, history } = useTexts();
  const { id } = route.useParams();
  const { page: pageText = '1' } = route.useSearch();
  const navigate = route.useNavigate();
  useDetailsTitle(details.tabs.history, useSettingsDraft().base.value.name);
  const page = Number(pageText);
  const query = useQuery(historyQuery(id, page));
  return (
    <Card title={history.title} description={history.lead}>
      <Loaded query={query}>
        {({ rows, total }) => (
          <>
            <ol className="history">
              {rows.map((entry) => (
                <Entry key={entry.version} entry={entry} />
              ))}
            </ol>
            <Pagination
              page={page}
              pageSize={PAGE_SIZE}
              total={total}
              onPage={(next) => void navigate({ search: { page: String(next) } })}
            />
          </>
        )}
      </Loaded>
    </Card>
  );
}

function Entry({ entry }: { readonly entry: HistoryEntry }): ReactNode {
  const { history } = useTexts();
  const { type, version, at, actor, changes } = entry;
  return (
    <li className="history__entry">
      <div className="row">
        <strong>{history.types[type] ?? type}</strong>
        <span className="soft">{history.actors[actor.kind](actor.id ?? '')}</span>
        <span className="soft push">
          <Time atMs={at} />
        </span>
      </div>
      {changes.length > 0 && (
        <dl className="history__changes">
          {changes.map((change) => (
            <FieldChange key={change.field} change={change} />
          ))}
        </dl>
      )}
      <span className="soft small">{history.version(version)}</span>
    </li>
  );
}
