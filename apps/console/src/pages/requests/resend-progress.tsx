import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ProgressBar } from 'react-aria-components';
import { api, bodyOf } from '../../api/api-client.ts';
import { useMay } from '../../session/use-caller.ts';
import { useLanguage, useTexts } from '../../texts/use-texts.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Tag } from '../../ui/tag.tsx';
import { Time } from '../../ui/time.tsx';
import { isRunning, resendsQuery, type Resend } from './resends.query.ts';

/** One that has ended is shown for this long. */
const SHOWN_MS = 15 * 60_000;
const TONES = { running: 'accent', done: 'good', cancelled: 'neutral' } as const;

/** Resends of many that run or have just ended; nothing where there are none. */
export function ResendProgress({ webhookId }: { readonly webhookId: string }): ReactNode {
  const { requests } = useTexts();
  const { data = [] } = useQuery(resendsQuery(webhookId));
  const shown = data.filter((resend) => isRunning(resend) || (resend.endedAt ?? 0) > Date.now() - SHOWN_MS);
  if (shown.length === 0) return null;
  return (
    <section className="resends" aria-label={requests.bulk.progress}>
      {shown.map((resend) => (
        <OneResend key={resend.id} resend={resend} />
      ))}
    </section>
  );
}

function OneResend({ resend }: { readonly resend: Resend }): ReactNode {
  const { requests } = useTexts();
  const language = useLanguage();
  const mayCancel = useMay('deliveries:resend');
  const client = useQueryClient();
  const { matching, resent, passedOver } = resend.counts;
  const cancel = useMutation({
    mutationFn: async () =>
      bodyOf(
        api.DELETE('/api/hooks/{id}/resends/{resendId}', {
          params: { path: { id: resend.hookId, resendId: resend.id } },
        }),
      ),
    onSettled: async () => client.invalidateQueries({ queryKey: resendsQuery(resend.hookId).queryKey }),
  });
  const format = (value: number): string => new Intl.NumberFormat(language).format(value);
  const text = requests.bulk.of(format(resent), format(matching));
  return (
    <div className="resend">
      <div className="row">
        <Tag tone={TONES[resend.state]} hasDot>
          {requests.bulk.progressStates[resend.state]}
        </Tag>
        <span>{text}</span>
        {passedOver > 0 && (
          <span className="soft small" title={requests.bulk.passedOverHint}>
            {requests.bulk.passedOver(format(passedOver))}
          </span>
        )}
        <span className="soft small">
          <Time atMs={resend.createdAt} format="short" />{' '}
          {requests.bulk.by(resend.createdBy, format(resend.ratePerSecond))}
        </span>
        {isRunning(resend) && mayCancel && (
          <span className="push">
            <Button size="small" isPending={cancel.isPending} onPress={() => cancel.mutate()}>
              {requests.bulk.cancel}
            </Button>
          </span>
        )}
      </div>
      {isRunning(resend) && (
        <ProgressBar
          aria-label={requests.bulk.running}
          value={resent + passedOver}
          maxValue={Math.max(1, matching)}
          valueLabel={text}
          className="resend__bar"
        >
          {({ percentage = 0 }) => <div className="resend__done" style={{ width: `${percentage}%` }} />}
        </ProgressBar>
      )}
      {cancel.isError && <ErrorNotice error={cancel.error} prefix={requests.bulk.cancelFailed} />}
    </div>
  );
}
