import type { ReactNode } from 'react';
import { Controller, useFormContext } from 'react-hook-form';
import { useMay } from '../../session/use-caller.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { Card } from '../../ui/card.tsx';
import { RadioGroup, Select, Switch } from '../../ui/choice.tsx';
import { NumberField, TextField } from '../../ui/field.tsx';
import { faultsAtFields } from '../../webhooks/field-rules.ts';
import { useSettingsDraft } from './settings-draft.ts';
import type { RetryMode, SettingsValues } from './settings-values.ts';
import './delivery.css';

const MODES: readonly RetryMode[] = ['default', 'count', 'policy'];
const MAX_RETRIES = 3;

export function DeliveryCard(): ReactNode {
  const { settings } = useTexts();
  const isDisabled = !useMay('webhooks:write');
  const { values, save } = useSettingsDraft();
  const { control } = useFormContext<SettingsValues>();
  const faults = faultsAtFields(save.error, {
    retries: 'config.retries',
    timeout: 'config.timeoutMs',
    rateLimit: 'config.rateLimitPerSecond',
  });
  return (
    <Card title={settings.delivery} description={settings.deliveryLead}>
      <Controller
        control={control}
        name="retryMode"
        render={({ field }) => (
          <RadioGroup
            label={settings.retry}
            value={field.value}
            onChange={field.onChange}
            isDisabled={isDisabled}
            options={MODES.map((value) => ({
              value,
              label: settings.retryModes[value],
              description: settings.retryModeHints[value],
            }))}
          />
        )}
      />
      {values.retryMode === 'count' && (
        <Controller
          control={control}
          name="retries"
          render={({ field: { ref, ...field }, fieldState }) => (
            <NumberField
              {...field}
              inputRef={ref}
              label={settings.retries}
              description={settings.retriesHint}
              minValue={0}
              maxValue={MAX_RETRIES}
              isDisabled={isDisabled}
              error={fieldState.error?.message ?? faults.retries}
            />
          )}
        />
      )}
      {values.retryMode === 'policy' && <PolicyFields isDisabled={isDisabled} />}
      <div className="delivery__numbers">
        <Controller
          control={control}
          name="timeoutSeconds"
          render={({ field: { ref, ...field }, fieldState }) => (
            <NumberField
              {...field}
              inputRef={ref}
              label={settings.timeout}
              description={settings.timeoutHint}
              isDisabled={isDisabled}
              error={fieldState.error?.message ?? faults.timeout}
            />
          )}
        />
        <Controller
          control={control}
          name="rateLimitPerSecond"
          render={({ field: { ref, ...field }, fieldState }) => (
            <NumberField
              {...field}
              inputRef={ref}
              label={settings.rateLimit}
              description={settings.rateLimitHint}
              isDisabled={isDisabled}
              error={fieldState.error?.message ?? faults.rateLimit}
            />
          )}
        />
      </div>
      <Controller
        control={control}
        name="ed25519"
        render={({ field }) => (
          <div>
            <Switch isSelected={field.value} onChange={field.onChange} isDisabled={isDisabled}>
              {settings.ed25519}
            </Switch>
            <p className="soft small">{settings.ed25519Hint}</p>
          </div>
        )}
      />
    </Card>
  );
}

function PolicyFields({ isDisabled }: { readonly isDisabled: boolean }): ReactNode {
  const { settings } = useTexts();
  const { save } = useSettingsDraft();
  const { control } = useFormContext<SettingsValues>();
  const faults = faultsAtFields(save.error, {
    delays: 'config.retryPolicy.delaysMs',
    maxAge: 'config.retryPolicy.maxAgeMs',
  });
  return (
    <div className="delivery__policy">
      <Controller
        control={control}
        name="preset"
        render={({ field }) => (
          <Select
            label={settings.preset}
            value={field.value}
            onChange={field.onChange}
            isDisabled={isDisabled}
            options={(['logto', 'standard'] as const).map((value) => ({ value, label: settings.presets[value] }))}
          />
        )}
      />
      <Controller
        control={control}
        name="delays"
        render={({ field: { ref, ...field }, fieldState }) => (
          <TextField
            {...field}
            inputRef={ref}
            label={settings.delays}
            description={settings.delaysHint}
            isDisabled={isDisabled}
            error={fieldState.error?.message ?? faults.delays}
          />
        )}
      />
      <Controller
        control={control}
        name="maxAgeHours"
        render={({ field: { ref, ...field }, fieldState }) => (
          <NumberField
            {...field}
            inputRef={ref}
            label={settings.maxAge}
            description={settings.maxAgeHint}
            isDisabled={isDisabled}
            error={fieldState.error?.message ?? faults.maxAge}
          />
        )}
      />
    </div>
  );
}
