import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type ReactNode } from 'react';
import { api, bodyOf } from '../../api/api-client.ts';
import { RepeatableCall } from '../../api/repeatable-call.ts';
import { callerQuery, type Scope } from '../../session/use-caller.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox, Select } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { TextField } from '../../ui/field.tsx';
import { Fieldset } from '../../ui/fieldset.tsx';
import { Notice } from '../../ui/notice.tsx';
import { SecretText } from '../../ui/secret-text.tsx';
import './api-keys.css';

const EXPIRIES = ['never', '30', '90', '365'] as const;
type Expiry = (typeof EXPIRIES)[number];
const MS_PER_DAY = 86_400_000;

export interface CreateApiKeyDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

interface NewKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiry: Expiry;
}

/** Makes a key, then shows it: this once. */
export function CreateApiKeyDialog({ isOpen, onClose }: CreateApiKeyDialogProps): ReactNode {
  const { keys, common } = useTexts();
  const formId = useId();
  const queryClient = useQueryClient();
  const [call] = useState(() => new RepeatableCall());
  const create = useMutation({
    mutationFn: async (wanted: NewKey) => {
      const { name, scopes, expiry } = wanted;
      const { key, sinceMs } = call.keyOf(wanted, Date.now());
      const body = {
        name: name.trim(),
        scopes: [...scopes],
        ...(expiry !== 'never' && { expiresAt: sinceMs + Number(expiry) * MS_PER_DAY }),
      };
      return bodyOf(api.POST('/api/api-keys', { params: { header: { 'Idempotency-Key': key } }, body }));
    },
    onSettled: async (_, error) => {
      call.settled(error);
      await queryClient.invalidateQueries({ queryKey: ['api-keys'] });
    },
    // The key is in this dialog only, and gone with it.
    gcTime: 0,
  });
  const close = (): void => {
    create.reset();
    onClose();
  };
  const made = create.data;
  const footer =
    made === undefined ? (
      <>
        <Button onPress={close}>{common.cancel}</Button>
        <Button kind="primary" type="submit" form={formId} isPending={create.isPending}>
          {keys.create}
        </Button>
      </>
    ) : (
      <Button kind="primary" onPress={close}>
        {keys.done}
      </Button>
    );
  return (
    <Dialog
      title={made === undefined ? keys.create : keys.shownTitle}
      isOpen={isOpen}
      onClose={close}
      footer={footer}
      closes={made === undefined ? 'asks-when-typed' : 'by-buttons'}
    >
      {made === undefined ? (
        <KeyForm id={formId} error={create.error} onSubmit={(key) => create.mutate(key)} />
      ) : (
        <div className="stack">
          <Notice tone="warn">{keys.shownText}</Notice>
          <SecretText label={keys.key} secret={made.key} />
        </div>
      )}
    </Dialog>
  );
}

interface KeyFormProps {
  readonly id: string;
  readonly error: Error | null;
  readonly onSubmit: (key: NewKey) => void;
}

function KeyForm({ id, error, onSubmit }: KeyFormProps): ReactNode {
  const { keys } = useTexts();
  const { data: caller } = useQuery(callerQuery);
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>([]);
  const [expiry, setExpiry] = useState<Expiry>('never');
  const [isTried, setIsTried] = useState(false);
  const isNamed = name.trim() !== '';
  const submit = (event: React.SyntheticEvent): void => {
    event.preventDefault();
    setIsTried(true);
    if (isNamed && scopes.length > 0) onSubmit({ name, scopes, expiry });
  };
  return (
    <form id={id} className="stack" noValidate onSubmit={submit}>
      {error !== null && <ErrorNotice error={error} />}
      <TextField
        label={keys.name}
        description={keys.nameHint}
        value={name}
        onChange={setName}
        isRequired
        autoFocus
        maxLength={256}
        error={isTried && !isNamed ? keys.nameMissing : undefined}
      />
      <Fieldset
        legend={keys.scopes}
        isRequired
        description={keys.scopesHint}
        error={isTried && scopes.length === 0 ? keys.scopesMissing : undefined}
      >
        {caller?.scopes.map((scope) => (
          <Checkbox
            key={scope}
            aria-label={scope}
            isSelected={scopes.includes(scope)}
            onChange={(isChosen) => setScopes(isChosen ? [...scopes, scope] : scopes.filter((each) => each !== scope))}
          >
            <code>{scope}</code>
            <span className="api-key__hint">{keys.scopeHints[scope]}</span>
          </Checkbox>
        ))}
      </Fieldset>
      <Select
        label={keys.expiry}
        value={expiry}
        onChange={setExpiry}
        options={EXPIRIES.map((value) => ({ value, label: keys.expiries[value] }))}
      />
    </form>
  );
}
