import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { api, bodyOf } from '../../api/api-client.ts';
import { ApiError } from '../../api/api-error.ts';
import { RepeatableCall } from '../../api/repeatable-call.ts';
import { useLanguage, useTexts } from '../../texts/use-texts.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { absolute } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.ts';
import { deliveryQuery, type DeliveryDetails } from './deliveries.query.ts';

export interface ResendOneProps {
  readonly delivery: DeliveryDetails;
  /** Beside the button. */
  readonly actions: ReactNode;
}

/** A further round of one request. While another is under way the server refuses it, which is told in words. */
export function ResendOne({ delivery, actions }: ResendOneProps): ReactNode {
  const { requests } = useTexts();
  const client = useQueryClient();
  const { id: deliveryId, hookId } = delivery;
  const [call] = useState(() => new RepeatableCall());
  const resend = useMutation({
    mutationFn: async () => {
      const { key } = call.keyOf(deliveryId, Date.now());
      const params = { path: { id: hookId, deliveryId }, header: { 'Idempotency-Key': key } };
      return bodyOf(api.POST('/api/hooks/{id}/deliveries/{deliveryId}/resend', { params }));
    },
    onSuccess: () => toast({ tone: 'good', text: requests.resent }),
    onSettled: async (_, error) => {
      call.settled(error);
      await client.invalidateQueries({ queryKey: deliveryQuery(hookId, deliveryId).queryKey });
    },
  });
  return (
    <>
      <div className="row">
        <Button icon={<Send size={15} aria-hidden />} isPending={resend.isPending} onPress={() => resend.mutate()}>
          {requests.resend}
        </Button>
        {actions}
      </div>
      {resend.isError && <Refusal error={resend.error} />}
    </>
  );
}

function Refusal({ error }: { readonly error: Error }): ReactNode {
  const { requests } = useTexts();
  const language = useLanguage();
  if (!(error instanceof ApiError) || error.code !== 'delivery.round_open')
    return <ErrorNotice error={error} prefix={requests.resendFailed} />;
  const { nextAttemptAt } = error.data;
  return (
    <Notice tone="warn" title={requests.roundOpen}>
      {typeof nextAttemptAt === 'number' && nextAttemptAt > Date.now()
        ? requests.roundOpenUntil(absolute(nextAttemptAt, 'full', language))
        : requests.roundOpenText}
    </Notice>
  );
}
