import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { api, bodyOf } from '../../api/api-client.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { RadioGroup } from '../../ui/choice.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { toast } from '../../ui/toast.ts';

const OVERLAPS = ['0', '3600', '86400', '604800'] as const;
type Overlap = (typeof OVERLAPS)[number];

export interface RegenerateKeyDialogProps {
  readonly webhookId: string;
  readonly onClose: () => void;
}

export function RegenerateKeyDialog({ webhookId: id, onClose }: RegenerateKeyDialogProps): ReactNode {
  const { settings } = useTexts();
  const queryClient = useQueryClient();
  const [overlap, setOverlap] = useState<Overlap>('86400');
  const regenerate = useMutation({
    mutationFn: async () =>
      bodyOf(
        api.PATCH('/api/hooks/{id}/signing-key', {
          params: { path: { id } },
          body: { overlapSeconds: Number(overlap) },
        }),
      ),
    onSuccess: () => {
      toast({ tone: 'good', text: settings.regenerated });
      onClose();
    },
    // There may be a new key, though the answer got lost.
    onSettled: async () => {
      await Promise.all(
        [
          ['signing-keys', id],
          ['webhook', id],
          ['history', id],
        ].map(async (queryKey) => queryClient.invalidateQueries({ queryKey })),
      );
    },
  });
  return (
    <ConfirmDialog
      title={settings.regenerateTitle}
      description={settings.regenerateText}
      isOpen
      onClose={onClose}
      confirmLabel={settings.regenerate}
      onConfirm={() => regenerate.mutate()}
      isPending={regenerate.isPending}
    >
      <div className="stack">
        <RadioGroup
          label={settings.overlap}
          value={overlap}
          onChange={setOverlap}
          options={OVERLAPS.map((value) => ({ value, label: settings.overlaps[value] }))}
        />
        {regenerate.error !== null && <ErrorNotice error={regenerate.error} />}
      </div>
    </ConfirmDialog>
  );
}
