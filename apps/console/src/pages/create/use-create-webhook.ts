import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';
import { api, bodyOf } from '../../api/api-client.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { toast } from '../../ui/toast.ts';
import type { Webhook } from '../../webhooks/webhook.queries.ts';

export interface NewWebhook {
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
}

/** Makes a webhook and shows it. Sent again after an answer that got lost, it is still one webhook. */
export function useCreateWebhook(): UseMutationResult<Webhook, Error, NewWebhook> {
  const { create, webhooks } = useTexts();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const lastTry = useRef({ text: '', key: '' });
  return useMutation({
    mutationFn: async ({ name, url, events }: NewWebhook) => {
      const body = { name: name.trim(), events: [...events], config: { url: url.trim() } };
      const text = JSON.stringify(body);
      if (lastTry.current.text !== text) lastTry.current = { text, key: crypto.randomUUID() };
      return bodyOf(api.POST('/api/hooks', { params: { header: { 'Idempotency-Key': lastTry.current.key } }, body }));
    },
    onSuccess: async ({ id, name }) => {
      lastTry.current = { text: '', key: '' };
      toast({ tone: 'good', text: create.created(name === '' ? webhooks.unnamed : name) });
      void queryClient.invalidateQueries({ queryKey: ['webhooks'] });
      await navigate({ to: '/webhooks/$id/settings', params: { id }, search: { created: 'true' } });
    },
  });
}
