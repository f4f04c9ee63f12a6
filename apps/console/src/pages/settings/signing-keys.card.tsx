import { useQuery } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useMay } from '../../session/use-caller.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { SecretText } from '../../ui/secret-text.tsx';
import { Time } from '../../ui/time.tsx';
import { signingKeysQuery } from '../../webhooks/webhook.queries.ts';
import { RegenerateKeyDialog } from './regenerate-key.dialog.tsx';

export function SigningKeysCard({ webhookId }: { readonly webhookId: string }): ReactNode {
  const { settings } = useTexts();
  const mayWrite = useMay('webhooks:write');
  const keys = useQuery(signingKeysQuery(webhookId));
  const [isRegenerating, setIsRegenerating] = useState(false);
  return (
    <Card
      title={settings.keys}
      description={settings.keysLead}
      actions={
        mayWrite && (
          <Button size="small" icon={<RefreshCw size={15} aria-hidden />} onPress={() => setIsRegenerating(true)}>
            {settings.regenerate}
          </Button>
        )
      }
    >
      <Loaded query={keys}>
        {({ keys: [newest, ...older], ed25519PublicKey }) => (
          <>
            {newest !== undefined && (
              <>
                <SecretText label={settings.key} secret={newest.signingKey} />
                <SecretText label={settings.whsec} secret={newest.whsec} />
              </>
            )}
            {ed25519PublicKey !== undefined && (
              <SecretText label={settings.publicKey} secret={ed25519PublicKey} isPublic />
            )}
            {older.length > 0 && (
              <div className="stack-small">
                <h3>{settings.oldKeys}</h3>
                <DataTable
                  label={settings.oldKeys}
                  rows={older}
                  rowKey={({ createdAt }) => String(createdAt)}
                  columns={[
                    {
                      id: 'key',
                      header: settings.oldKey,
                      cell: ({ signingKey }) => <code>{`${signingKey.slice(0, 4)}…${signingKey.slice(-2)}`}</code>,
                    },
                    {
                      id: 'until',
                      header: settings.oldKeyUntil,
                      cell: ({ honouredUntil }) => (honouredUntil === null ? null : <Time atMs={honouredUntil} />),
                    },
                  ]}
                />
              </div>
            )}
          </>
        )}
      </Loaded>
      {isRegenerating && <RegenerateKeyDialog webhookId={webhookId} onClose={() => setIsRegenerating(false)} />}
    </Card>
  );
}
