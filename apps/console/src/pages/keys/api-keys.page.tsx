import { queryOptions, useQuery } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { api, bodyOf, type Schemas } from '../../api/api-client.ts';
import { Page } from '../../layout/page.tsx';
import { ScopeGate } from '../../session/scope-gate.tsx';
import { useMay } from '../../session/use-caller.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { Button } from '../../ui/button.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Tag } from '../../ui/tag.tsx';
import { Time } from '../../ui/time.tsx';
import { CreateApiKeyDialog } from './create-api-key.dialog.tsx';
import { RevokeApiKeyDialog } from './revoke-api-key.dialog.tsx';
import './api-keys.css';

type ApiKey = Schemas['ApiKey'];

const apiKeysQuery = queryOptions({
  queryKey: ['api-keys'],
  queryFn: async ({ signal }) => bodyOf(api.GET('/api/api-keys', { signal })),
});

export function ApiKeysPage(): ReactNode {
  const { keys } = useTexts();
  const mayCreate = useMay('ops:write');
  const [isCreating, setIsCreating] = useState(false);
  return (
    <Page
      title={keys.title}
      description={keys.lead}
      actions={
        mayCreate && (
          <Button kind="primary" icon={<Plus size={16} aria-hidden />} onPress={() => setIsCreating(true)}>
            {keys.create}
          </Button>
        )
      }
    >
      <ScopeGate scope="ops:read">
        <KeyList />
      </ScopeGate>
      {mayCreate && <CreateApiKeyDialog isOpen={isCreating} onClose={() => setIsCreating(false)} />}
    </Page>
  );
}

function KeyList(): ReactNode {
  const { keys } = useTexts();
  const query = useQuery(apiKeysQuery);
  const [revoking, setRevoking] = useState<ApiKey>();
  const columns = useColumns(setRevoking);
  return (
    <Loaded query={query}>
      {(all) => (
        <Panel>
          {all.length === 0 ? (
            <EmptyState icon={<KeyRound size={26} />} title={keys.emptyTitle}>
              {keys.emptyText}
            </EmptyState>
          ) : (
            <DataTable label={keys.list} columns={columns} rows={all} rowKey={({ id }) => id} />
          )}
          {revoking !== undefined && <RevokeApiKeyDialog apiKey={revoking} onClose={() => setRevoking(undefined)} />}
        </Panel>
      )}
    </Loaded>
  );
}

function useColumns(onRevoke: (key: ApiKey) => void): readonly Column<ApiKey>[] {
  const { keys, common } = useTexts();
  const mayRevoke = useMay('ops:write');
  return [
    {
      id: 'name',
      header: keys.name,
      isName: true,
      cell: ({ name, prefix }) => (
        <div className="api-key__name">
          <strong className="api-key__title" title={name}>
            {name}
          </strong>
          <code className="soft">{prefix}…</code>
        </div>
      ),
    },
    {
      id: 'scopes',
      header: keys.scopes,
      cell: ({ scopes }) => (
        <div className="api-key__scopes">
          {scopes.map((scope) => (
            <Tag key={scope}>{scope}</Tag>
          ))}
        </div>
      ),
    },
    { id: 'state', header: keys.state, cell: (key) => <StateTag apiKey={key} /> },
    { id: 'created', header: keys.created, cell: ({ createdAt }) => <Time atMs={createdAt} format="relative" /> },
    {
      id: 'used',
      header: keys.lastUsed,
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? common.never : <Time atMs={lastUsedAt} format="relative" />),
    },
    {
      id: 'ends',
      header: keys.endsAt,
      cell: ({ expiresAt }) => (expiresAt === null ? common.never : <Time atMs={expiresAt} format="day" />),
    },
    ...(mayRevoke
      ? [
          {
            id: 'actions',
            header: keys.actions,
            align: 'end' as const,
            cell: (key: ApiKey) =>
              stateOf(key) === 'active' && (
                <Button size="small" aria-label={keys.revokeOf(key.name)} onPress={() => onRevoke(key)}>
                  {keys.revoke}
                </Button>
              ),
          },
        ]
      : []),
  ];
}

function StateTag({ apiKey }: { readonly apiKey: ApiKey }): ReactNode {
  const { keys } = useTexts();
  const state = stateOf(apiKey);
  return <Tag tone={state === 'active' ? 'good' : 'neutral'}>{keys.states[state]}</Tag>;
}

function stateOf({ revokedAt, expiresAt }: ApiKey): 'active' | 'expired' | 'revoked' {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= Date.now() ? 'expired' : 'active';
}
