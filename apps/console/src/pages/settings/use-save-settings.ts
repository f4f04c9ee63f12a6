import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { api, versionedOf, type Versioned } from '../../api/api-client.ts';
import { ApiError } from '../../api/api-error.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { toast } from '../../ui/toast.ts';
import { webhookQuery, type Webhook } from '../../webhooks/webhook.queries.ts';
import type { WebhookChange } from './settings-values.ts';

export type SaveSettings = UseMutationResult<Versioned<Webhook>, Error, WebhookChange>;

export interface SaveSettingsOptions {
  readonly onSaved: (saved: Versioned<Webhook>) => void;
  /** The server has a newer version than `base`: nothing was saved. */
  readonly onChangedMeanwhile: () => Promise<void>;
}

/** Saves a change that was made from `base`, and refuses to overwrite what somebody else saved after it. */
export function useSaveSettings(base: Versioned<Webhook>, options: SaveSettingsOptions): SaveSettings {
  const { settings } = useTexts();
  const queryClient = useQueryClient();
  const { id } = base.value;
  return useMutation({
    mutationFn: async (change: WebhookChange) =>
      versionedOf(
        api.PATCH('/api/hooks/{id}', { params: { path: { id }, header: { 'If-Match': base.etag } }, body: change }),
      ),
    onSuccess: (saved) => {
      queryClient.setQueryData(webhookQuery(id).queryKey, saved);
      options.onSaved(saved);
      toast({ tone: 'good', text: settings.saved });
      void queryClient.invalidateQueries({ queryKey: ['webhooks'] });
      void queryClient.invalidateQueries({ queryKey: ['history', id] });
      void queryClient.invalidateQueries({ queryKey: ['signing-keys', id] });
    },
    onError: async (error) => {
      if (error instanceof ApiError && error.kind === 'changed-meanwhile') await options.onChangedMeanwhile();
    },
  });
}
