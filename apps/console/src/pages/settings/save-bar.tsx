import { useLocation, useNavigate } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { useFormContext } from 'react-hook-form';
import { ApiError } from '../../api/api-error.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useSettingsDraft } from './settings-draft.ts';
import type { SettingsValues } from './settings-values.ts';
import './save-bar.css';

export interface SaveBarProps {
  /** Somebody else saved since the form began. */
  readonly isOutdated: boolean;
  readonly onReview: () => void;
  readonly onDiscard: () => void;
}

/** What the cards above say of a refusal, each at its field; one that ends with a dot holds more of them. */
const FIELDS = [
  'name',
  'events',
  'config.url',
  'config.headers.',
  'config.retries',
  'config.timeoutMs',
  'config.rateLimitPerSecond',
];
const POLICY_FIELDS = ['config.retryPolicy.delaysMs', 'config.retryPolicy.maxAgeMs'];

function isSaidAtFields(error: Error): boolean {
  if (!(error instanceof ApiError) || error.details.length === 0) return false;
  const isOf = (field: string, path: string): boolean =>
    field === path || field.startsWith(path.endsWith('.') ? path : `${path}[`);
  return error.details.every(({ field }) => [...FIELDS, ...POLICY_FIELDS].some((path) => isOf(field, path)));
}

/** Stays in sight while something is not saved. */
export function SaveBar({ isOutdated, onReview, onDiscard }: SaveBarProps): ReactNode {
  const { settings, common } = useTexts();
  const { base, save } = useSettingsDraft();
  const { handleSubmit } = useFormContext<SettingsValues>();
  const navigate = useNavigate();
  const isAtFields = useLocation({ select: ({ pathname }) => pathname.endsWith('/settings') });
  const [isInvalid, setIsInvalid] = useState(false);
  // A save from another tab: what is wrong is said at fields, which are to be seen.
  const showFields = (): void => {
    if (!isAtFields) void navigate({ to: '/webhooks/$id/settings', params: { id: base.value.id } });
  };
  const submit = handleSubmit(
    (values) => {
      setIsInvalid(false);
      save.mutate(values, { onError: (error) => isSaidAtFields(error) && showFields() });
    },
    () => {
      setIsInvalid(true);
      showFields();
    },
  );
  const isToldAtFields = save.error !== null && isSaidAtFields(save.error);
  const isConflict = isOutdated || (save.error instanceof ApiError && save.error.kind === 'changed-meanwhile');
  return (
    <div className="save-bar" role="region" aria-label={settings.unsaved}>
      {isConflict && (
        <Notice
          tone="warn"
          title={settings.changedTitle}
          action={
            <Button size="small" onPress={onReview}>
              {settings.review}
            </Button>
          }
        >
          {settings.changedNotice}
        </Notice>
      )}
      {!isConflict && save.error !== null && !isToldAtFields && <ErrorNotice error={save.error} />}
      <div className="row">
        <span role="status">{isInvalid || isToldAtFields ? settings.invalid : settings.unsaved}</span>
        <span className="row push">
          <Button
            onPress={() => {
              save.reset();
              setIsInvalid(false);
              onDiscard();
            }}
          >
            {common.discard}
          </Button>
          <Button kind="primary" onPress={() => void submit()} isPending={save.isPending}>
            {common.save}
          </Button>
        </span>
      </div>
    </div>
  );
}
