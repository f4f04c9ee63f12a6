import { useQuery } from '@tanstack/react-query';
import { LogIn } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useTexts } from '../texts/use-texts.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { ApiKeyForm } from './api-key-form.tsx';
import { consoleConfigQuery } from './console-config.query.ts';
import type { OidcConfig } from './oidc.ts';
import { wasSignedInHere } from './returning.ts';

export interface SignInChoicesProps {
  /** Who was signed in by the issuer is sent there without a press. Not over a page: what was typed into it would be gone. */
  readonly goesByItself: boolean;
}

/** The issuer, where there is one, and always an API key. */
export function SignInChoices({ goesByItself }: SignInChoicesProps): ReactNode {
  const { session } = useTexts();
  const config = useQuery(consoleConfigQuery);
  if (config.isPending) return <Skeleton lines={3} />;
  const oidc = config.data?.oidc;
  if (oidc === undefined) return <ApiKeyForm isPrimary />;
  return (
    <div className="stack">
      <IssuerButton config={oidc} goesByItself={goesByItself} />
      <p className="sign-in__or soft small">{session.or}</p>
      <ApiKeyForm isPrimary={false} />
    </div>
  );
}

function IssuerButton({ config, goesByItself }: SignInChoicesProps & { readonly config: OidcConfig }): ReactNode {
  const { session } = useTexts();
  const [state, setState] = useState<'ready' | 'leaving' | 'failed'>('ready');
  const begin = async (): Promise<void> => {
    setState('leaving');
    try {
      const { beginSignIn } = await import('./oidc.ts');
      await beginSignIn(config);
      // The browser may ask whether to leave, and the person may stay.
      setState('ready');
    } catch {
      setState('failed');
    }
  };
  useEffect(() => {
    if (goesByItself && wasSignedInHere()) void begin();
    // Once, when the page opens.
  }, []);
  return (
    <>
      <Button
        kind="primary"
        icon={<LogIn size={16} aria-hidden />}
        isPending={state === 'leaving'}
        onPress={() => void begin()}
      >
        {session.signInAt(new URL(config.issuer).host)}
      </Button>
      {!goesByItself && <p className="soft small">{session.issuerLeaves}</p>}
      {state === 'failed' && (
        <Notice tone="bad" title={session.oidcFailed}>
          {session.oidcUnreachable}
        </Notice>
      )}
    </>
  );
}
