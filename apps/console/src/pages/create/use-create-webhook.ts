import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, bodyOf } from '../../api/api-client.ts';
import { RepeatableCall } from '../../api/repeatable-call.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { toast } from '../../ui/toast.ts';
import type { BasicValues } from '../../webhooks/field-rules.ts';
import type { Webhook } from '../../webhooks/webhook.queries.ts';

/** Makes a webhook and shows it. Sent again after an answer that got lost, it is still one webhook. */
export function useCreateWebhook(): UseMutationResult<Webhook, Error, BasicValues> {
  const { create, webhooks } = useTexts();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [call] = useState(() => new RepeatableCall());
  return useMutation({
    mutationFn: async ({ name, url, events }: BasicValues) => {
      const body = { name: name.trim(), events: [...events], config: { url: url.trim() } };
      const { key } = call.keyOf(body, Date.now());
      return bodyOf(api.POST('/api/hooks', { params: { header: { 'Idempotency-Key': key } }, body }));
    },
    onSuccess: async ({ id, name }) => {
      toast({ tone: 'good', text: create.created(name === '' ? webhooks.unnamed : name) });
      await navigate({ to: '/webhooks/$id/settings', params: { id }, search: { created: 'true' }, replace: true });
    },
    // It may have been made, though the answer got lost.
    onSettled: (_, error) => {
      call.settled(error);
      void queryClient.invalidateQueries({ queryKey: ['webhooks'] });
    },
  });
}
