import type { ReactNode } from 'react';
import { useTexts } from '../texts/use-texts.ts';
import { Dialog } from '../ui/dialog.tsx';
import { session } from './session.ts';
import { SignInChoices } from './sign-in-choices.tsx';
import { SignInPage } from './sign-in.page.tsx';
import { useSession } from './use-session.ts';

/** The page for who is signed in. A session that ends meanwhile is renewed over it, so that no work is lost. */
export function SessionGate({ children }: { readonly children: ReactNode }): ReactNode {
  const { token, hasEnded } = useSession();
  const { session: texts } = useTexts();
  if (token === undefined) return <SignInPage />;
  return (
    <>
      {children}
      <Dialog
        title={texts.ended}
        description={texts.endedLead}
        isOpen={hasEnded}
        onClose={() => session.signOut()}
        size="small"
      >
        <SignInChoices />
      </Dialog>
    </>
  );
}
