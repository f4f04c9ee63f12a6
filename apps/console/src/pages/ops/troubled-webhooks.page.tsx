import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Webhook } from 'lucide-react';
import type { ReactNode } from 'react';
import { callerQuery } from '../../session/use-caller.ts';
import { formatDuration } from '../../texts/format-duration.ts';
import { useLanguage, useTexts } from '../../texts/use-texts.ts';
import { Select } from '../../ui/choice.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Tag } from '../../ui/tag.tsx';
import { absolute, Time } from '../../ui/time.tsx';
import { HealthTag } from '../../webhooks/health-tag.tsx';
import { WEBHOOK_SORTS } from './ops-search.ts';
import { troubledWebhooksQuery, type TroubledWebhook } from './ops.query.ts';

const route = getRouteApi('/operations/webhooks');

/** Who is in trouble: by failures, by volume, or by how long something waits. */
export function TroubledWebhooksPage(): ReactNode {
  const { ops } = useTexts();
  const { sort = 'failing' } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(troubledWebhooksQuery(sort));
  const columns = useColumns();
  return (
    <>
      <div className="row ops__bar">
        <Select
          label={ops.sortBy}
          isLabelHidden
          value={sort}
          options={WEBHOOK_SORTS.map((value) => ({ value, label: ops.sorts[value] }))}
          onChange={(value) => void navigate({ search: { sort: value }, replace: true })}
        />
        {query.data !== undefined && (
          <span className="soft small push">
            {ops.asOf} <Time atMs={query.data.at} format="clock" />
          </span>
        )}
      </div>
      <section className="ops__panel">
        <Loaded query={query}>
          {({ webhooks }) =>
            webhooks.length === 0 ? (
              <EmptyState icon={<Webhook size={26} />} title={ops.noWebhooksTitle}>
                {ops.noWebhooksText}
              </EmptyState>
            ) : (
              <DataTable
                label={ops.webhooksTable}
                columns={columns}
                rows={webhooks}
                rowKey={({ tenantId, hookId }) => `${tenantId} ${hookId}`}
              />
            )
          }
        </Loaded>
      </section>
    </>
  );
}

function useColumns(): readonly Column<TroubledWebhook>[] {
  const { ops } = useTexts();
  const language = useLanguage();
  const count = (value: number): string => new Intl.NumberFormat(language).format(value);
  return [
    { id: 'webhook', header: ops.webhook, isName: true, cell: (webhook) => <NameCell webhook={webhook} /> },
    { id: 'tenant', header: ops.tenant, cell: ({ tenantId }) => tenantId },
    { id: 'rate', header: ops.rate, cell: (webhook) => <HealthTag summary={webhook} /> },
    { id: 'requests', header: ops.requests, align: 'end', cell: ({ requests }) => count(requests) },
    { id: 'failed', header: ops.failed, align: 'end', cell: ({ failed }) => count(failed) },
    { id: 'open', header: ops.open, align: 'end', cell: ({ open }) => count(open) },
    { id: 'breaker', header: ops.sending, cell: (webhook) => <BreakerCell webhook={webhook} /> },
    {
      id: 'oldest',
      header: ops.oldest,
      align: 'end',
      cell: ({ lagMs }) => (lagMs === null ? '–' : formatDuration(lagMs, language)),
    },
  ];
}

/** A webhook of another tenant has no page that this person may see; one that was deleted has none at all. */
function NameCell({ webhook }: { readonly webhook: TroubledWebhook }): ReactNode {
  const { ops } = useTexts();
  const { data: caller } = useQuery(callerQuery);
  const { hookId, tenantId, name } = webhook;
  const isDeleted = name === null;
  const isOwn = !isDeleted && caller?.tenantId === tenantId;
  // Where the API tells no name, the id stands for it.
  const text = isDeleted ? ops.deleted : name === '' ? ops.unnamed : (name ?? hookId);
  return (
    <div className="ops__name">
      {isOwn ? (
        <Link to="/webhooks/$id/health" params={{ id: hookId }} className="cut">
          {text}
        </Link>
      ) : (
        <span className="cut">{text}</span>
      )}
      {text !== hookId && <span className="mono soft small cut">{hookId}</span>}
    </div>
  );
}

const TONES = { open: 'bad', 'half-open': 'warn' } as const;

function BreakerCell({ webhook }: { readonly webhook: TroubledWebhook }): ReactNode {
  const { ops, webhooks } = useTexts();
  const language = useLanguage();
  const { breaker, breakerSince } = webhook;
  if (breaker === 'closed') return <span className="soft">{webhooks.breaker.closed}</span>;
  return (
    <Tag
      tone={TONES[breaker]}
      hasDot
      {...(breakerSince !== null && { title: ops.breakerSince(absolute(breakerSince, 'full', language)) })}
    >
      {webhooks.breaker[breaker]}
    </Tag>
  );
}
