import { useId, type ReactNode } from 'react';
import { Controller, useForm } from 'react-hook-form';
import { useTexts } from '../../texts/use-texts.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { TextField } from '../../ui/field.tsx';
import { EndpointUrlField } from '../../webhooks/endpoint-url-field.tsx';
import { EventPicker } from '../../webhooks/event-picker.tsx';
import { faultsAtFields, useFieldRules } from '../../webhooks/field-rules.ts';
import { useCreateWebhook, type NewWebhook } from './use-create-webhook.ts';

export interface CreateWebhookDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function CreateWebhookDialog({ isOpen, onClose }: CreateWebhookDialogProps): ReactNode {
  const { create, common } = useTexts();
  const formId = useId();
  const creation = useCreateWebhook();
  const close = (): void => {
    creation.reset();
    onClose();
  };
  const footer = (
    <>
      <Button onPress={close}>{common.cancel}</Button>
      <Button kind="primary" type="submit" form={formId} isPending={creation.isPending}>
        {create.submit}
      </Button>
    </>
  );
  return (
    <Dialog title={create.title} description={create.lead} isOpen={isOpen} onClose={close} footer={footer}>
      <CreateForm id={formId} error={creation.error} onSubmit={(webhook) => creation.mutate(webhook)} />
    </Dialog>
  );
}

interface CreateFormProps {
  readonly id: string;
  readonly error: Error | null;
  readonly onSubmit: (webhook: NewWebhook) => void;
}

/** What is wrong is said at its field: before anything is sent, and again by what the server says. */
function CreateForm({ id, error, onSubmit }: CreateFormProps): ReactNode {
  const rules = useFieldRules();
  const { create } = useTexts();
  const { control, handleSubmit } = useForm<NewWebhook>({ defaultValues: { name: '', url: '', events: [] } });
  const faults = faultsAtFields(error, { name: 'name', url: 'config.url', events: 'events' });
  return (
    <form id={id} className="stack" noValidate onSubmit={(event) => void handleSubmit(onSubmit)(event)}>
      {error !== null && !faults.isExplained && <ErrorNotice error={error} />}
      <Controller
        control={control}
        name="name"
        rules={{ validate: rules.name }}
        render={({ field: { ref, ...field }, fieldState }) => (
          <TextField
            {...field}
            inputRef={ref}
            autoFocus
            label={create.name}
            description={create.nameHint}
            isRequired
            error={fieldState.error?.message ?? faults.name}
          />
        )}
      />
      <Controller
        control={control}
        name="url"
        rules={{ validate: rules.url }}
        render={({ field: { ref, ...field }, fieldState }) => (
          <EndpointUrlField {...field} inputRef={ref} error={fieldState.error?.message ?? faults.url} />
        )}
      />
      <Controller
        control={control}
        name="events"
        rules={{ validate: rules.events }}
        render={({ field, fieldState }) => (
          <EventPicker
            value={field.value}
            onChange={field.onChange}
            error={fieldState.error?.message ?? faults.events}
          />
        )}
      />
    </form>
  );
}
