import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api, bodyOf } from '../../api/api-client.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { toast } from '../../ui/toast.ts';
import type { Webhook } from '../../webhooks/webhook.queries.ts';

export interface WebhookDialogProps {
  readonly webhook: Webhook;
  readonly onClose: () => void;
}

/** Disables, or enables again; it says what that means for the events in between. */
export function EnableWebhookDialog({ webhook, onClose }: WebhookDialogProps): ReactNode {
  const { details, webhooks } = useTexts();
  const queryClient = useQueryClient();
  const { id, enabled } = webhook;
  const name = webhook.name === '' ? webhooks.unnamed : webhook.name;
  const change = useMutation({
    mutationFn: async () =>
      bodyOf(api.PATCH('/api/hooks/{id}', { params: { path: { id } }, body: { enabled: !enabled } })),
    onSuccess: () => {
      toast({ tone: 'good', text: enabled ? details.disabled(name) : details.enabled(name) });
      onClose();
    },
    onSettled: async () => {
      await Promise.all(
        [['webhook', id], ['webhooks'], ['history', id]].map(async (queryKey) =>
          queryClient.invalidateQueries({ queryKey }),
        ),
      );
    },
  });
  return (
    <ConfirmDialog
      title={enabled ? details.disableTitle(name) : details.enableTitle(name)}
      description={enabled ? details.disableText : details.enableText}
      isOpen
      onClose={onClose}
      confirmLabel={enabled ? details.disable : details.enable}
      onConfirm={() => change.mutate()}
      isPending={change.isPending}
    >
      {change.error !== null && <ErrorNotice error={change.error} />}
    </ConfirmDialog>
  );
}
