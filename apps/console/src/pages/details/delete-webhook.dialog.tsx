import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { api, bodyOf } from '../../api/api-client.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { TextField } from '../../ui/field.tsx';
import { toast } from '../../ui/toast.ts';
import type { WebhookDialogProps } from './enable-webhook.dialog.tsx';

/** Deletes once the name was typed: it cannot be taken back. */
export function DeleteWebhookDialog({ webhook, onClose }: WebhookDialogProps): ReactNode {
  const { details } = useTexts();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const { id } = webhook;
  // One without a name is known by its id.
  const name = webhook.name === '' ? id : webhook.name;
  const isNamed = typed.trim() === name.trim();
  const remove = useMutation({
    mutationFn: async () => bodyOf(api.DELETE('/api/hooks/{id}', { params: { path: { id } } })),
    onSuccess: async () => {
      toast({ tone: 'good', text: details.deleted(name) });
      await navigate({ to: '/webhooks', ignoreBlocker: true });
      queryClient.removeQueries({ queryKey: ['webhook', id] });
      await queryClient.invalidateQueries({ queryKey: ['webhooks'] });
    },
  });
  return (
    <ConfirmDialog
      title={details.deleteTitle(name)}
      description={details.deleteText}
      isOpen
      onClose={onClose}
      confirmLabel={details.delete}
      confirmKind="danger"
      isConfirmDisabled={!isNamed}
      onConfirm={() => remove.mutate()}
      isPending={remove.isPending}
    >
      <div className="stack">
        <TextField
          label={details.deleteType(name)}
          value={typed}
          onChange={setTyped}
          autoFocus
          autoComplete="off"
          error={typed === '' || isNamed ? undefined : details.deleteMismatch}
        />
        {remove.error !== null && <ErrorNotice error={remove.error} />}
      </div>
    </ConfirmDialog>
  );
}
