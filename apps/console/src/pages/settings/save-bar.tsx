import { useLocation, useNavigate } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { useFormContext } from 'react-hook-form';
import { ApiError } from '../../api/api-error.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useSettingsDraft } from './settings-draft.ts';
import { mergeOf, type SettingsPart } from './settings-merge.ts';
import { valuesOf, type SettingsValues } from './settings-values.ts';
import { markedParts, refusedParts } from './wrong-parts.ts';
import './save-bar.css';

export interface SaveBarProps {
  /** Somebody else saved since the form began. */
  readonly isOutdated: boolean;
  readonly onReview: () => void;
  readonly onDiscard: () => void;
}

/** Stays in sight while something is not saved, and says what; after a save that did not go, what is wrong. */
export function SaveBar({ isOutdated, onReview, onDiscard }: SaveBarProps): ReactNode {
  const { settings, common } = useTexts();
  const { base, values, save } = useSettingsDraft();
  const { handleSubmit, formState } = useFormContext<SettingsValues>();
  const navigate = useNavigate();
  const isAtFields = useLocation({ select: ({ pathname }) => pathname.endsWith('/settings') });
  const [isInvalid, setIsInvalid] = useState(false);
  // A save from another tab: what is wrong is said at fields, which are to be seen.
  const showFields = (): void => {
    if (!isAtFields) void navigate({ to: '/webhooks/$id/settings', params: { id: base.value.id } });
  };
  const submit = handleSubmit(
    (all) => {
      setIsInvalid(false);
      save.mutate(all, { onError: (error) => refusedParts(error).length > 0 && showFields() });
    },
    () => {
      setIsInvalid(true);
      showFields();
    },
  );
  const refused = refusedParts(save.error);
  const wrong = refused.length > 0 ? refused : isInvalid ? markedParts(formState.errors) : [];
  const start = valuesOf(base.value);
  const namesOf = (parts: readonly SettingsPart[]): string => parts.map((part) => settings.parts[part]).join(', ');
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
      {!isConflict && save.error !== null && refused.length === 0 && <ErrorNotice error={save.error} />}
      <div className="row">
        <div className="save-bar__text" role="status">
          <div>{wrong.length > 0 ? settings.invalid : settings.unsaved}</div>
          <div className="soft small">
            {wrong.length > 0
              ? settings.wrongParts(namesOf(wrong))
              : settings.changedParts(namesOf(mergeOf(start, values, start).mine))}
          </div>
        </div>
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
