import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Plus, Webhook as WebhookIcon } from 'lucide-react';
import { useCallback, type ReactNode } from 'react';
import { Page } from '../../layout/page.tsx';
import { ScopeGate } from '../../session/scope-gate.tsx';
import { useMay } from '../../session/use-caller.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { CreateWebhookDialog } from '../create/create-webhook.dialog.tsx';
import { isFiltered, type ListSearch } from './list-search.ts';
import { WebhookFilters } from './webhook-filters.tsx';
import { webhookListQuery } from './webhook-list.query.ts';
import { WebhookTable } from './webhook-table.tsx';
import './webhooks.css';

const route = getRouteApi('/webhooks');

export function WebhooksPage(): ReactNode {
  const { webhooks } = useTexts();
  const mayCreate = useMay('webhooks:write');
  const navigate = route.useNavigate();
  const { create, ...search } = route.useSearch();
  const setCreating = (isOpen: boolean): void =>
    void navigate({ search: (old) => ({ ...old, create: isOpen ? 'true' : undefined }), replace: !isOpen });
  return (
    <Page
      title={webhooks.title}
      description={webhooks.lead}
      actions={
        mayCreate && (
          <Button kind="primary" icon={<Plus size={16} aria-hidden />} onPress={() => setCreating(true)}>
            {webhooks.create}
          </Button>
        )
      }
    >
      <ScopeGate scope="webhooks:read">
        <WebhookList search={search} onCreate={() => setCreating(true)} />
      </ScopeGate>
      {mayCreate && <CreateWebhookDialog isOpen={create === 'true'} onClose={() => setCreating(false)} />}
    </Page>
  );
}

function WebhookList({ search, onCreate }: { readonly search: ListSearch; readonly onCreate: () => void }): ReactNode {
  const { webhooks } = useTexts();
  const mayCreate = useMay('webhooks:write');
  const navigate = route.useNavigate();
  const list = useQuery(webhookListQuery(search));
  // A filter that changes shows its first page.
  const change = useCallback(
    (changed: ListSearch): void =>
      void navigate({ search: (old) => ({ ...old, page: undefined, ...changed }), replace: true }),
    [navigate],
  );
  // What is there still may be of the search before.
  if (list.data?.total === 0 && !list.isPlaceholderData && !isFiltered(search)) {
    return (
      <Panel>
        <EmptyState
          icon={<WebhookIcon size={26} />}
          title={webhooks.emptyTitle}
          action={
            mayCreate && (
              <Button kind="primary" onPress={onCreate}>
                {webhooks.create}
              </Button>
            )
          }
        >
          {webhooks.emptyText}
        </EmptyState>
      </Panel>
    );
  }
  return (
    <>
      <WebhookFilters search={search} onChange={change} />
      <WebhookTable list={list} search={search} onChange={change} />
    </>
  );
}
