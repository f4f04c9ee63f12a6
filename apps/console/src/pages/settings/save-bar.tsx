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

/** Stays in sight while something is not saved. */
export function SaveBar({ isOutdated, onReview, onDiscard }: SaveBarProps): ReactNode {
  const { settings, common } = useTexts();
  const { change, save } = useSettingsDraft();
  const { handleSubmit } = useFormContext<SettingsValues>();
  const [isInvalid, setIsInvalid] = useState(false);
  const submit = handleSubmit(
    () => {
      setIsInvalid(false);
      if (change !== undefined) save.mutate(change);
    },
    () => setIsInvalid(true),
  );
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
      {!isConflict && save.error !== null && <ErrorNotice error={save.error} />}
      <div className="row">
        <span role="status">{isInvalid ? settings.invalid : settings.unsaved}</span>
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
