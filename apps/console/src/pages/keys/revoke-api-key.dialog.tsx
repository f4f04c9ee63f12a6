import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api, bodyOf, type Schemas } from '../../api/api-client.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { toast } from '../../ui/toast.ts';

export interface RevokeApiKeyDialogProps {
  readonly apiKey: Schemas['ApiKey'];
  readonly onClose: () => void;
}

export function RevokeApiKeyDialog({ apiKey: { id, name }, onClose }: RevokeApiKeyDialogProps): ReactNode {
  const { keys } = useTexts();
  const queryClient = useQueryClient();
  const revoke = useMutation({
    mutationFn: async () => bodyOf(api.DELETE('/api/api-keys/{id}', { params: { path: { id } } })),
    onSuccess: () => {
      toast({ tone: 'good', text: keys.revoked(name) });
      onClose();
    },
    onSettled: async () => {
      await queryClient.invalidateQueries({ queryKey: ['api-keys'] });
    },
  });
  return (
    <ConfirmDialog
      title={keys.revokeTitle(name)}
      description={keys.revokeText}
      isOpen
      onClose={onClose}
      confirmLabel={keys.revoke}
      confirmKind="danger"
      onConfirm={() => revoke.mutate()}
      isPending={revoke.isPending}
    >
      {revoke.error !== null && <ErrorNotice error={revoke.error} />}
    </ConfirmDialog>
  );
}
