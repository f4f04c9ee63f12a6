import { useState, type ReactNode } from 'react';
import { useTexts } from '../texts/use-texts.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { CALLBACK_PATH } from './callback-path.ts';
import { OidcReturn } from './oidc-return.tsx';
import { SignInChoices } from './sign-in-choices.tsx';
import { SignInPage } from './sign-in.page.tsx';
import { useSignOut } from './use-sign-out.ts';
import { useSession } from './use-session.ts';
import './sign-in.css';

/** The page for who is signed in. A session that ends meanwhile is renewed over it, so that no work is lost. */
export function SessionGate({ children }: { readonly children: ReactNode }): ReactNode {
  const { token, hasEnded } = useSession();
  const { session: texts } = useTexts();
  const signOut = useSignOut();
  const [isReturning, setIsReturning] = useState(() => location.pathname === CALLBACK_PATH);
  if (isReturning) return <OidcReturn onReturned={() => setIsReturning(false)} />;
  if (token === undefined) return <SignInPage />;
  return (
    <>
      {children}
      <Dialog
        title={texts.ended}
        description={texts.endedLead}
        isOpen={hasEnded}
        onClose={signOut}
        closes="by-buttons"
        footer={<Button onPress={signOut}>{texts.signOut}</Button>}
        size="small"
      >
        <SignInChoices goesByItself={false} />
      </Dialog>
    </>
  );
}
