import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, type ReactNode } from 'react';
import { api, bodyOf } from '../api/api-client.ts';
import { ApiError } from '../api/api-error.ts';
import type { Texts } from '../texts/texts.ts';
import { useTexts } from '../texts/use-texts.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { forgetSignIn } from './returning.ts';
import { SignInError } from './sign-in-error.ts';

/** The page that the issuer sends back to: it ends the sign-in and goes where the person was going. */
export function OidcReturn({ onReturned }: { readonly onReturned: () => void }): ReactNode {
  const { session } = useTexts();
  const queryClient = useQueryClient();
  // A query, because a code is good for one exchange, however often this is rendered.
  const end = useQuery({
    queryKey: ['sign-in', location.search],
    queryFn: async () => {
      const { endSignIn } = await import('./oidc.ts');
      try {
        const { oidc } = await bodyOf(api.GET('/console-config.json'));
        if (oidc === undefined) throw new SignInError('no-issuer');
        return await endSignIn(oidc);
      } catch (error) {
        forgetSignIn();
        throw error;
      }
    },
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const returnTo = end.data;
  useEffect(() => {
    if (returnTo === undefined) return;
    history.replaceState(null, '', returnTo);
    queryClient.removeQueries({ queryKey: ['sign-in'] });
    onReturned();
  }, [returnTo, queryClient, onReturned]);
  return (
    <main className="sign-in">
      <div className="sign-in__box">
        {end.isError ? (
          <>
            <Notice tone="bad" title={session.oidcFailed}>
              {explanationOf(end.error, session)}
            </Notice>
            <Button kind="primary" onPress={() => location.assign('/')}>
              {session.oidcAgain}
            </Button>
          </>
        ) : (
          <>
            <p role="status">{session.returning}</p>
            <Skeleton lines={2} />
          </>
        )}
      </div>
    </main>
  );
}

/** What others say of it stands in brackets: it is in their language. */
function explanationOf(error: Error, session: Texts['session']): string {
  if (error instanceof ApiError && error.kind === 'unauthorized') return session.oidcRefused;
  if (!(error instanceof SignInError)) return session.oidcBroken(error.message);
  switch (error.fault) {
    case 'refused':
      return session.oidcDenied(error.message);
    case 'not-begun':
      return session.oidcNotBegun;
    case 'no-issuer':
      return session.oidcNoIssuer;
  }
}
