import { useMutation, useQueryClient, type Query } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { api, bodyOf } from '../api/api-client.ts';
import { ApiError } from '../api/api-error.ts';
import { useTexts } from '../texts/use-texts.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/error-notice.tsx';
import { TextField } from '../ui/field.tsx';
import { session } from './session.ts';
import { callerQuery } from './use-caller.ts';

/** Takes a key once the API has said whose it is. */
export function ApiKeyForm({ isPrimary }: { readonly isPrimary: boolean }): ReactNode {
  const { session: texts } = useTexts();
  const queryClient = useQueryClient();
  const [key, setKey] = useState('');
  const [isMissing, setIsMissing] = useState(false);
  const signIn = useMutation({
    mutationFn: async (token: string) => bodyOf(api.GET('/api/me', { headers: { authorization: `Bearer ${token}` } })),
    onSuccess: (caller, token) => {
      const known = queryClient.getQueryData(callerQuery.queryKey);
      session.signIn(token, 'api-key');
      // What another one was shown is not for this one. What is on the screen under a dialog stays mounted, with what was typed.
      if (known?.actor !== caller.actor) queryClient.removeQueries({ type: 'inactive' });
      queryClient.setQueryData(callerQuery.queryKey, caller);
      const ofTheApi = { predicate: ({ queryKey }: Query) => queryKey[0] !== callerQuery.queryKey[0] };
      if (known?.tenantId === caller.tenantId) void queryClient.invalidateQueries(ofTheApi);
      else void queryClient.resetQueries(ofTheApi);
    },
  });
  const isRefused = signIn.error instanceof ApiError && signIn.error.kind === 'unauthorized';
  const submit = (event: React.SyntheticEvent): void => {
    event.preventDefault();
    const token = key.trim();
    // A header takes no other characters.
    setIsMissing(!/^[!-~]+$/.test(token));
    if (/^[!-~]+$/.test(token)) signIn.mutate(token);
  };
  return (
    <Form className="stack" onSubmit={submit}>
      <TextField
        label={texts.apiKey}
        type="password"
        autoComplete="off"
        isCode
        value={key}
        onChange={setKey}
        description={texts.apiKeyHint}
        error={isMissing ? texts.apiKeyMissing : isRefused ? texts.apiKeyRefused : undefined}
      />
      {signIn.error !== null && !isRefused && <ErrorNotice error={signIn.error} />}
      <Button type="submit" kind={isPrimary ? 'primary' : 'secondary'} isPending={signIn.isPending}>
        {texts.signIn}
      </Button>
    </Form>
  );
}
