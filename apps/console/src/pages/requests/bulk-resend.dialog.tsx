import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { api, bodyOf } from '../../api/api-client.ts';
import { RepeatableCall } from '../../api/repeatable-call.ts';
import { formatDuration } from '../../texts/format-duration.ts';
import { useLanguage, useTexts } from '../../texts/use-texts.ts';
import { Select } from '../../ui/choice.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { NumberField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { toast } from '../../ui/toast.ts';
import { eventTypesQuery } from '../../webhooks/webhook.queries.ts';
import { LocalTimeField } from './local-time-field.tsx';
import { closedWindowOf, type RequestsFilter } from './requests-search.ts';
import { bodyOfWanted, resendEstimateQuery, resendsQuery, type WantedResend } from './resends.query.ts';

export interface BulkResendDialogProps {
  readonly webhookId: string;
  /** Of the list: what it shows is what is offered first. */
  readonly filter: RequestsFilter;
  readonly onClose: () => void;
}

const STATES = ['failed', 'expired', 'skipped', 'succeeded'] as const;
const ALL = 'all';
const DEFAULT_RATE = 10;
const MAX_RATE = 1_000;
const MS_PER_SECOND = 1_000;

/** Many requests again: how many they are is counted before anything is sent. */
export function BulkResendDialog({ webhookId, filter, onClose }: BulkResendDialogProps): ReactNode {
  const { requests } = useTexts();
  const language = useLanguage();
  const client = useQueryClient();
  const [wanted, setWanted] = useState(() => firstWanted(filter));
  const [rate, setRate] = useState(DEFAULT_RATE);
  const isWindowRight = wanted.from <= wanted.to;
  const isRateRight = Number.isInteger(rate) && rate >= 1 && rate <= MAX_RATE;
  const estimate = useQuery({ ...resendEstimateQuery(webhookId, wanted), enabled: isWindowRight });
  const [call] = useState(() => new RepeatableCall());
  const start = useMutation({
    mutationFn: async () => {
      const body = { ...bodyOfWanted(wanted), ratePerSecond: rate };
      const { key } = call.keyOf(body, Date.now());
      const params = { path: { id: webhookId }, header: { 'Idempotency-Key': key } };
      return bodyOf(api.POST('/api/hooks/{id}/resends', { params, body }));
    },
    onSuccess: () => {
      toast({ tone: 'good', text: requests.bulk.started });
      onClose();
    },
    // It may have begun, though the answer got lost.
    onSettled: async (_, error) => {
      call.settled(error);
      await client.invalidateQueries({ queryKey: resendsQuery(webhookId).queryKey });
    },
  });
  const count = isWindowRight ? estimate.data : undefined;
  const format = (value: number): string => new Intl.NumberFormat(language).format(value);
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={requests.bulk.title}
      description={requests.bulk.lead}
      size="normal"
      confirmLabel={
        count === undefined || count === 0 ? requests.bulk.submitNone : requests.bulk.submit(format(count), count === 1)
      }
      isConfirmDisabled={count === undefined || count === 0 || !isRateRight}
      isPending={start.isPending}
      onConfirm={() => start.mutate()}
    >
      <div className="stack">
        {filter.answer !== undefined && (
          <Notice tone="warn">{requests.bulk.anyAnswer(requests.answers[filter.answer])}</Notice>
        )}
        <WantedFields wanted={wanted} onChange={(change) => setWanted({ ...wanted, ...change })} />
        <NumberField
          label={requests.bulk.rate}
          description={requests.bulk.rateHint}
          error={isRateRight ? undefined : requests.bulk.rateWrong}
          value={rate}
          onChange={setRate}
        />
        {isWindowRight && estimate.isError && !start.isError && <ErrorNotice error={estimate.error} />}
        <p role="status">
          {!isWindowRight
            ? requests.bulk.windowWrong
            : count === undefined
              ? !estimate.isError && requests.bulk.counting
              : count === 0
                ? requests.bulk.nothing
                : requests.bulk.matching(format(count), count === 1)}{' '}
          {count !== undefined &&
            count > 0 &&
            isRateRight &&
            requests.bulk.takes(formatDuration(Math.ceil(count / rate) * MS_PER_SECOND, language))}
        </p>
        {start.isError && <ErrorNotice error={start.error} prefix={requests.resendFailed} />}
      </div>
    </ConfirmDialog>
  );
}

function firstWanted(filter: RequestsFilter): WantedResend {
  const { fromMs, toMs } = closedWindowOf(filter, Date.now());
  return {
    state: STATES.find((state) => state === filter.state) ?? 'failed',
    from: fromMs,
    to: toMs,
    event: filter.event,
  };
}

interface WantedFieldsProps {
  readonly wanted: WantedResend;
  readonly onChange: (change: Partial<WantedResend>) => void;
}

function WantedFields({ wanted, onChange }: WantedFieldsProps): ReactNode {
  const { requests } = useTexts();
  const { data: eventTypes = [] } = useQuery(eventTypesQuery);
  const chooseTime = (field: 'from' | 'to') => (atMs: string | undefined) => {
    if (atMs !== undefined) onChange({ [field]: Number(atMs) });
  };
  return (
    <>
      <Select
        label={requests.bulk.state}
        value={wanted.state}
        options={STATES.map((value) => ({ value, label: requests.bulk.states[value] }))}
        onChange={(state) => onChange({ state })}
      />
      <Select
        label={requests.event}
        value={wanted.event ?? ALL}
        options={[
          { value: ALL, label: requests.anyEvent },
          ...eventTypes.map(({ name }) => ({ value: name, label: name })),
        ]}
        onChange={(value) => onChange({ event: value === ALL ? undefined : value })}
      />
      <div className="bulk__window">
        <LocalTimeField label={requests.from} atMs={String(wanted.from)} onChange={chooseTime('from')} isEnd={false} />
        <LocalTimeField label={requests.to} atMs={String(wanted.to)} onChange={chooseTime('to')} isEnd />
      </div>
    </>
  );
}
