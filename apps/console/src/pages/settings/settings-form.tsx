import { useEffect, useEffectEvent, useMemo, useState, type ReactNode } from 'react';
import { FormProvider, useForm, useWatch } from 'react-hook-form';
import type { Versioned } from '../../api/api-client.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { resolverOf } from '../../webhooks/field-rules.ts';
import type { Webhook } from '../../webhooks/webhook.queries.ts';
import { LeaveGuard } from './leave-guard.tsx';
import { MergeDialog } from './merge.dialog.tsx';
import { SaveBar } from './save-bar.tsx';
import { settingsFaultsOf } from './settings-faults.ts';
import { mergeOf, needsLook, valuesAfterSave } from './settings-merge.ts';
import { SettingsDraftContext, type SettingsDraft } from './settings-draft.ts';
import { changeOf, valuesOf, type SettingsValues } from './settings-values.ts';
import { useSaveSettings } from './use-save-settings.ts';

export interface SettingsFormProps {
  /** As the server has it now; a newer version than the form began with was made by somebody else. */
  readonly current: Versioned<Webhook>;
  readonly children: ReactNode;
}

/** Holds the form over all tabs of a webhook, so that what is not saved yet can be tried out. */
export function SettingsForm({ current, children }: SettingsFormProps): ReactNode {
  const texts = useTexts();
  const [base, setBase] = useState(current);
  const form = useForm<SettingsValues>({
    defaultValues: valuesOf(base.value),
    mode: 'onTouched',
    resolver: resolverOf((all) => settingsFaultsOf(all, texts)),
  });
  const values = useWatch({ control: form.control, compute: (all: SettingsValues) => all });
  const change = changeOf(base.value, values);
  const [isMerging, setIsMerging] = useState(false);
  const begin = (version: Versioned<Webhook>, startWith: SettingsValues): void => {
    setBase(version);
    form.reset(startWith, { keepErrors: false });
  };
  const save = useSaveSettings(base, {
    onSaved: (saved, sent) => begin(saved, valuesAfterSave(sent, form.getValues(), valuesOf(saved.value))),
    onChangedMeanwhile: () => setIsMerging(true),
  });
  const isOutdated = current.etag !== base.etag;
  const theirs = valuesOf(current.value);
  const merge = mergeOf(valuesOf(base.value), values, theirs);
  const isChangedByOthers = isOutdated && needsLook(merge);
  const canFollow = isOutdated && !save.isPending && (change === undefined || !isChangedByOthers);
  const follow = useEffectEvent(() => {
    save.reset();
    // Nothing typed here: what is new simply takes its place. A new key alone touches nothing of the form.
    begin(current, change === undefined ? theirs : values);
  });
  useEffect(() => {
    if (canFollow) follow();
  }, [canFollow]);
  const draft = useMemo((): SettingsDraft => ({ base, values, change, save }), [base, values, change, save]);
  return (
    <FormProvider {...form}>
      <SettingsDraftContext value={draft}>
        {children}
        {change !== undefined && (
          <SaveBar
            isOutdated={isChangedByOthers}
            onReview={() => setIsMerging(true)}
            onDiscard={() => begin(current, valuesOf(current.value))}
          />
        )}
        <LeaveGuard isDirty={change !== undefined} webhookId={base.value.id} />
        {isMerging && isChangedByOthers && (
          <MergeDialog
            base={valuesOf(base.value)}
            mine={values}
            theirs={theirs}
            onClose={() => setIsMerging(false)}
            onMerged={(merged) => {
              setIsMerging(false);
              save.reset();
              begin(current, merged);
            }}
          />
        )}
      </SettingsDraftContext>
    </FormProvider>
  );
}
