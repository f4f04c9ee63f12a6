import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Texts } from '../../texts/texts.ts';
import { useTexts } from '../../texts/use-texts.ts';
import type { Column } from '../../ui/data-table.tsx';
import { Tag } from '../../ui/tag.tsx';
import { BreakerTag } from '../../webhooks/breaker-tag.tsx';
import { HealthTag } from '../../webhooks/health-tag.tsx';
import { RequestsFigure } from '../../webhooks/requests-figure.tsx';
import { eventsOf, type HealthSummary, type ListedWebhook } from '../../webhooks/webhook.queries.ts';

const SHOWN_EVENTS = 1;

/** What monitoring says of the webhooks of a page, by id. */
export interface ListedHealth {
  /** Undefined while, or because, it has not answered. */
  readonly data: ReadonlyMap<string, HealthSummary> | undefined;
  /** The first answer, or that for this page, is on its way. */
  readonly isLoading: boolean;
}

/** `health` is undefined where the person may not see it. */
export function useWebhookColumns(health: ListedHealth | undefined): readonly Column<ListedWebhook>[] {
  const { webhooks } = useTexts();
  return [
    {
      id: 'name',
      header: webhooks.name,
      isSortable: true,
      isName: true,
      cell: (webhook) => <NameCell webhook={webhook} />,
    },
    { id: 'events', header: webhooks.events, cell: (webhook) => <EventsCell events={eventsOf(webhook)} /> },
    ...(health === undefined ? [] : healthColumns(health, webhooks)),
    {
      id: 'enabled',
      header: webhooks.state,
      width: '7rem',
      cell: ({ enabled, disabledReason }) => (
        <Tag tone={enabled ? 'good' : 'neutral'} {...(disabledReason !== undefined && { title: disabledReason })}>
          {enabled ? webhooks.enabled : webhooks.disabled}
        </Tag>
      ),
    },
  ];
}

function healthColumns(
  { data, isLoading }: ListedHealth,
  webhooks: Texts['webhooks'],
): readonly Column<ListedWebhook>[] {
  return [
    {
      id: 'successRate',
      header: webhooks.health,
      isSortable: true,
      width: '8rem',
      cell: ({ id }) => <HealthTag summary={data?.get(id)} isLoading={isLoading} />,
    },
    {
      id: 'requests',
      header: webhooks.requests24,
      isSortable: true,
      width: '13rem',
      cell: ({ id }) => <RequestsFigure summary={data?.get(id)} />,
    },
    {
      id: 'breaker',
      header: webhooks.breakerTitle,
      width: '8rem',
      cell: ({ id }) => <BreakerTag breaker={data?.get(id)?.breaker} />,
    },
  ];
}

function NameCell({ webhook }: { readonly webhook: ListedWebhook }): ReactNode {
  const { webhooks } = useTexts();
  return (
    <div className="webhook-name">
      <Link to="/webhooks/$id/settings" params={{ id: webhook.id }} className="webhook-name__link cut">
        {webhook.name === '' ? webhooks.unnamed : webhook.name}
      </Link>
      <div className="soft small cut" title={webhook.config.url}>
        {webhook.config.url}
      </div>
      {webhook.secretsUnreadable === true && (
        <Tag tone="bad" title={webhooks.unreadableHint}>
          {webhooks.unreadable}
        </Tag>
      )}
    </div>
  );
}

function EventsCell({ events }: { readonly events: readonly string[] }): ReactNode {
  const { webhooks } = useTexts();
  const shown = events.slice(0, SHOWN_EVENTS);
  const rest = events.slice(SHOWN_EVENTS);
  return (
    <div className="row events-cell">
      <span className="visually-hidden">{webhooks.eventCount(events.length)}: </span>
      {shown.map((name) => (
        <Tag key={name} title={name}>
          <span className="cut">{name}</span>
        </Tag>
      ))}
      {rest.length > 0 && <Tag title={rest.join('\n')}>{webhooks.moreEvents(rest.length)}</Tag>}
    </div>
  );
}
