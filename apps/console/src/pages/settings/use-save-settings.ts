import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { api, versionedOf, type Versioned } from '../../api/api-client.ts';
import { ApiError } from '../../api/api-error.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { toast } from '../../ui/toast.ts';
import { webhookQuery, type Webhook } from '../../webhooks/webhook.queries.ts';
import { mergeOf, needsLook } from './settings-merge.ts';
import { changeOf, valuesOf, type SettingsValues, type WebhookChange } from './settings-values.ts';

export type SaveSettings = UseMutationResult<Versioned<Webhook>, Error, SettingsValues>;

export interface SaveSettingsOptions {
  /** `sent`: the values that were saved; the form may have gone on since. */
  readonly onSaved: (saved: Versioned<Webhook>, sent: SettingsValues) => void;
  /** The server has other settings than `base`, which the query of the webhook now holds: nothing was saved. */
  readonly onChangedMeanwhile: () => void;
}

/** Saves what differs from `base`, and refuses to overwrite what somebody else saved after it. */
export function useSaveSettings(base: Versioned<Webhook>, options: SaveSettingsOptions): SaveSettings {
  const { settings } = useTexts();
  const queryClient = useQueryClient();
  const query = webhookQuery(base.value.id);
  return useMutation({
    mutationFn: async (values: SettingsValues) => {
      try {
        return await save(base, values);
      } catch (error) {
        if (!isChangedMeanwhile(error)) throw error;
        // One that is on its way may have been answered before the change.
        await queryClient.cancelQueries({ queryKey: query.queryKey });
        const now = await queryClient.query({ ...query, staleTime: 0 });
        if (needsLook(mergeOf(valuesOf(base.value), values, valuesOf(now.value)))) throw error;
        // A new key, or a switch: nothing that this form holds.
        return save(now, values);
      }
    },
    onSuccess: async (saved, sent) => {
      // An answer from before the save would put the old values back.
      await queryClient.cancelQueries({ queryKey: query.queryKey });
      queryClient.setQueryData(query.queryKey, saved);
      options.onSaved(saved, sent);
      toast({ tone: 'good', text: settings.saved });
      for (const queryKey of [['webhooks'], ['history', base.value.id], ['signing-keys', base.value.id]])
        void queryClient.invalidateQueries({ queryKey });
    },
    onError: (error) => {
      if (isChangedMeanwhile(error)) options.onChangedMeanwhile();
    },
  });
}

async function save(from: Versioned<Webhook>, values: SettingsValues): Promise<Versioned<Webhook>> {
  const change: WebhookChange | undefined = changeOf(from.value, values);
  if (change === undefined) return from;
  const params = { path: { id: from.value.id }, header: { 'If-Match': from.etag } };
  return versionedOf(api.PATCH('/api/hooks/{id}', { params, body: change }));
}

function isChangedMeanwhile(error: unknown): boolean {
  return error instanceof ApiError && error.kind === 'changed-meanwhile';
}
