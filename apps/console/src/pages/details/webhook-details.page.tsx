import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, Outlet } from '@tanstack/react-router';
import { ArrowLeft, SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '../../api/api-error.ts';
import { Page } from '../../layout/page.tsx';
import { ScopeGate } from '../../session/scope-gate.tsx';
import { useMay } from '../../session/use-caller.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Notice } from '../../ui/notice.tsx';
import { LinkTabs } from '../../ui/tabs.tsx';
import { webhookQuery } from '../../webhooks/webhook.queries.ts';
import { SettingsForm } from '../settings/settings-form.tsx';
import { WebhookHeader } from './webhook-header.tsx';
import './details.css';

const route = getRouteApi('/webhooks/$id');

/** A webhook: its head, and its tabs below. */
export function WebhookDetailsPage(): ReactNode {
  const { details } = useTexts();
  return (
    <div className="page">
      <Link to="/webhooks" className="row back">
        <ArrowLeft size={16} aria-hidden />
        {details.back}
      </Link>
      <ScopeGate scope="webhooks:read">
        <Details />
      </ScopeGate>
    </div>
  );
}

function Details(): ReactNode {
  const { details } = useTexts();
  const { id } = route.useParams();
  const query = useQuery(webhookQuery(id));
  if (query.error instanceof ApiError && query.error.kind === 'not-found') {
    return (
      <EmptyState icon={<SearchX size={26} />} title={details.notFoundTitle} isPageTitle>
        {details.notFoundText}
      </EmptyState>
    );
  }
  const loaded = (
    <Loaded query={query}>
      {(current) => (
        // Another webhook is another form.
        <SettingsForm key={id} current={current}>
          <WebhookHeader webhook={current.value} />
          {!current.value.enabled && (
            <Notice tone="warn" title={details.isDisabled}>
              {current.value.disabledReason}
            </Notice>
          )}
          <DetailTabs id={id} />
          <Outlet />
        </SettingsForm>
      )}
    </Loaded>
  );
  return query.isLoadingError ? <Page title={details.notLoadedTitle}>{loaded}</Page> : loaded;
}

function DetailTabs({ id }: { readonly id: string }): ReactNode {
  const { details, requests, health } = useTexts();
  const mayReadDeliveries = useMay('deliveries:read');
  const mayWrite = useMay('webhooks:write');
  const params = { id };
  return (
    <LinkTabs
      label={details.tabsLabel}
      tabs={[
        { label: details.tabs.settings, link: { to: '/webhooks/$id/settings', params } },
        ...(mayWrite ? [{ label: details.tabs.test, link: { to: '/webhooks/$id/test' as const, params } }] : []),
        ...(mayReadDeliveries
          ? [
              { label: requests.tab, link: { to: '/webhooks/$id/requests' as const, params } },
              { label: health.tab, link: { to: '/webhooks/$id/health' as const, params } },
            ]
          : []),
        { label: details.tabs.history, link: { to: '/webhooks/$id/history', params } },
      ]}
    />
  );
}
