import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, type ReactNode } from 'react';
import { api, bodyOf } from '../api/api-client.ts';
import { ApiError } from '../api/api-error.ts';
import { useTexts } from '../texts/use-texts.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { forgetSignIn } from './returning.ts';

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
        if (oidc === undefined) throw new Error('This Signalbox has no issuer to sign in at');
        return await endSignIn(oidc);
      } catch (error) {
        forgetSignIn();
        throw error;
      }
    },
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const isRefused = end.error instanceof ApiError && end.error.kind === 'unauthorized';
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
              {isRefused ? session.oidcRefused : end.error.message}
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
