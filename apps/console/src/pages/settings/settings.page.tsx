import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Controller, useFormContext } from 'react-hook-form';
import { useMay } from '../../session/use-caller.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { Card } from '../../ui/card.tsx';
import { TextField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { EndpointUrlField } from '../../webhooks/endpoint-url-field.tsx';
import { EventPicker } from '../../webhooks/event-picker.tsx';
import { faultsAtFields } from '../../webhooks/field-rules.ts';
import { useDetailsTitle } from '../details/details-title.ts';
import { DeliveryCard } from './delivery.card.tsx';
import { HeadersCard } from './headers.card.tsx';
import { useSettingsDraft } from './settings-draft.ts';
import type { SettingsValues } from './settings-values.ts';
import { SigningKeysCard } from './signing-keys.card.tsx';
import { VerifyCard } from './verify.card.tsx';

const route = getRouteApi('/webhooks/$id/settings');

export function SettingsPage(): ReactNode {
  const { details, settings } = useTexts();
  const { base } = useSettingsDraft();
  const { created } = route.useSearch();
  const { id, name } = base.value;
  useDetailsTitle(details.tabs.settings, name);
  const isNew = created === 'true';
  const keys = (
    <>
      <SigningKeysCard webhookId={id} />
      <VerifyCard />
    </>
  );
  return (
    <div className="stack">
      {isNew && (
        <Notice
          tone="good"
          title={settings.createdTitle}
          action={
            <Link to="/webhooks/$id/test" params={{ id }}>
              {settings.toTest}
            </Link>
          }
        >
          {settings.createdLead}
        </Notice>
      )}
      {isNew && keys}
      <GeneralCard />
      <HeadersCard />
      <DeliveryCard />
      {!isNew && keys}
    </div>
  );
}

function GeneralCard(): ReactNode {
  const { create, settings } = useTexts();
  const mayWrite = useMay('webhooks:write');
  const { base, save } = useSettingsDraft();
  const { control } = useFormContext<SettingsValues>();
  const faults = faultsAtFields(save.error, { name: 'name', url: 'config.url', events: 'events' });
  return (
    <Card title={settings.general}>
      <Controller
        control={control}
        name="name"
        render={({ field: { ref, ...field }, fieldState }) => (
          <TextField
            {...field}
            inputRef={ref}
            label={create.name}
            isRequired
            isDisabled={!mayWrite}
            error={fieldState.error?.message ?? faults.name}
          />
        )}
      />
      <Controller
        control={control}
        name="url"
        render={({ field: { ref, ...field }, fieldState }) => (
          <EndpointUrlField
            {...field}
            inputRef={ref}
            savedValue={base.value.config.url}
            isDisabled={!mayWrite}
            error={fieldState.error?.message ?? faults.url}
          />
        )}
      />
      <Controller
        control={control}
        name="events"
        render={({ field, fieldState }) => (
          <EventPicker
            value={field.value}
            onChange={field.onChange}
            isDisabled={!mayWrite}
            error={fieldState.error?.message ?? faults.events}
          />
        )}
      />
    </Card>
  );
}
