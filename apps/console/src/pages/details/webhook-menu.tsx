import { Ellipsis, Pause, Play, Trash2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTexts } from '../../texts/use-texts.ts';
import { Menu } from '../../ui/menu.tsx';
import type { Webhook } from '../../webhooks/webhook.queries.ts';
import { DeleteWebhookDialog } from './delete-webhook.dialog.tsx';
import { EnableWebhookDialog } from './enable-webhook.dialog.tsx';

export function WebhookMenu({ webhook }: { readonly webhook: Webhook }): ReactNode {
  const { details } = useTexts();
  const [open, setOpen] = useState<'enable' | 'delete'>();
  const close = (): void => setOpen(undefined);
  return (
    <>
      <Menu
        label={details.menu}
        icon={<Ellipsis size={18} aria-hidden />}
        entries={[
          {
            id: 'enable',
            label: webhook.enabled ? details.disable : details.enable,
            icon: webhook.enabled ? <Pause size={16} aria-hidden /> : <Play size={16} aria-hidden />,
            onSelect: () => setOpen('enable'),
          },
          {
            id: 'delete',
            label: details.delete,
            icon: <Trash2 size={16} aria-hidden />,
            isDangerous: true,
            onSelect: () => setOpen('delete'),
          },
        ]}
      />
      {open === 'enable' && <EnableWebhookDialog webhook={webhook} onClose={close} />}
      {open === 'delete' && <DeleteWebhookDialog webhook={webhook} onClose={close} />}
    </>
  );
}
