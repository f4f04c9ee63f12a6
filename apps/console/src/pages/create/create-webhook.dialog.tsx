import { useId, type ReactNode } from 'react';
import { FormProvider, useForm } from 'react-hook-form';
import { useTexts } from '../../texts/use-texts.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { BASIC_PATHS, BasicFields } from '../../webhooks/basic-fields.tsx';
import { basicFaultsOf, faultsAtFields, resolverOf, type BasicValues } from '../../webhooks/field-rules.ts';
import { useCreateWebhook } from './use-create-webhook.ts';

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
    <Dialog
      title={create.title}
      description={create.lead}
      isOpen={isOpen}
      onClose={close}
      footer={footer}
      closes="asks-when-typed"
    >
      <CreateForm id={formId} error={creation.error} onSubmit={(webhook) => creation.mutate(webhook)} />
    </Dialog>
  );
}

interface CreateFormProps {
  readonly id: string;
  readonly error: Error | null;
  readonly onSubmit: (webhook: BasicValues) => void;
}

/** What is wrong is said at its field: before anything is sent, and again by what the server says. */
function CreateForm({ id, error, onSubmit }: CreateFormProps): ReactNode {
  const texts = useTexts();
  const form = useForm<BasicValues>({
    defaultValues: { name: '', url: '', events: [] },
    resolver: resolverOf((values) => basicFaultsOf(values, texts)),
  });
  const isExplained = faultsAtFields(error, BASIC_PATHS).isExplained;
  return (
    <FormProvider {...form}>
      <form id={id} className="stack" noValidate onSubmit={(event) => void form.handleSubmit(onSubmit)(event)}>
        {error !== null && !isExplained && <ErrorNotice error={error} />}
        <BasicFields error={error} />
      </form>
    </FormProvider>
  );
}
