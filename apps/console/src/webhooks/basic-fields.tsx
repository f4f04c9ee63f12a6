import type { ReactNode } from 'react';
import { Controller, useFormContext } from 'react-hook-form';
import { useTexts } from '../texts/use-texts.ts';
import { TextField } from '../ui/field.tsx';
import { EndpointUrlField } from './endpoint-url-field.tsx';
import { EventPicker } from './event-picker.tsx';
import { faultsAtFields, type BasicValues } from './field-rules.ts';

/** Where these fields are found in what is sent to the API. */
export const BASIC_PATHS = { name: 'name', url: 'config.url', events: 'events' } as const;

export interface BasicFieldsProps {
  /** Of what was sent: what the server says of a field stands at it. */
  readonly error: Error | null;
  readonly isDisabled?: boolean;
  /** Of a webhook that is there; without it this is a new one. */
  readonly savedUrl?: string;
}

/** Name, address and events, in the form around them. */
export function BasicFields({ error, isDisabled = false, savedUrl }: BasicFieldsProps): ReactNode {
  const { create } = useTexts();
  const { control } = useFormContext<BasicValues>();
  const faults = faultsAtFields(error, BASIC_PATHS);
  const isNew = savedUrl === undefined;
  return (
    <>
      <Controller
        control={control}
        name="name"
        render={({ field: { ref, ...field }, fieldState }) => (
          <TextField
            {...field}
            inputRef={ref}
            autoFocus={isNew}
            label={create.name}
            {...(isNew && { description: create.nameHint })}
            isRequired
            isDisabled={isDisabled}
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
            {...(savedUrl !== undefined && { savedValue: savedUrl })}
            isDisabled={isDisabled}
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
            isDisabled={isDisabled}
            error={fieldState.error?.message ?? faults.events}
          />
        )}
      />
    </>
  );
}
